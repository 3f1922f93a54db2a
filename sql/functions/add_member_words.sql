-- first: a trigger calls it
create or replace function muster.add_member_words() returns trigger
    language plpgsql volatile
    set search_path = pg_catalog, pg_temp
    as $$
begin
    insert into muster.member_word (organization_id, whole, word, member_id)
    select w.organization_id, true, muster.member_sort_name(w.display_name, w.first_name, w.last_name, w.email), w.id
    from written w
    union all
    select w.organization_id, false, unnest(muster.member_words(w.display_name, w.first_name, w.last_name, w.email)), w.id
    from written w;
    return null;
end
$$;

comment on function muster.add_member_words() is
'Adds the words of new members to member_word, whoever writes them: a request, an import, an operator.
Parameters: none: a trigger.
Returns: null.
Locks: none.
Called by: trigger words of member.';

revoke all on function muster.add_member_words() from public;
