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
    select distinct w.organization_id, false, left(x.word, 64), w.id -- as member_words has them, but of all at once
    from (select w.organization_id, w.id, left(lower(normalize(concat_ws(' ', w.display_name, w.first_name, w.last_name), nfkc)), 400) as names,
                 lower(normalize(w.email, nfkc)) as email
          from written w
          offset 0 /* folded once for each */) w
    cross join lateral unnest(regexp_split_to_array(w.names, '[[:space:]]+') || w.email
                              || case when w.names ~ '[[:punct:]]' then regexp_split_to_array(w.names, '[[:space:][:punct:]]+') end) x (word)
    where x.word <> '';
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
