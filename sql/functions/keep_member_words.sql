-- first: triggers call it
create or replace function muster.keep_member_words() returns trigger
    language plpgsql volatile
    set search_path = pg_catalog, pg_temp
    as $$
begin
    delete from muster.member_word w
    where w.organization_id = old.organization_id and w.member_id = old.id
          and (w.whole and w.word = muster.member_sort_name(old.display_name, old.first_name, old.last_name, old.email)
               or not w.whole and w.word = any (muster.member_words(old.display_name, old.first_name, old.last_name, old.email)));
    insert into muster.member_word (organization_id, whole, word, member_id)
    select new.organization_id, true, muster.member_sort_name(new.display_name, new.first_name, new.last_name, new.email), new.id
    union all
    select new.organization_id, false, unnest(muster.member_words(new.display_name, new.first_name, new.last_name, new.email)), new.id
    on conflict do nothing;
    return null;
end
$$;

comment on function muster.keep_member_words() is
'Keeps member_word as a member is whose names or address changed, whoever wrote them.
Parameters: none: a trigger.
Returns: null.
Locks: the rows of member_word.
Called by: trigger words_changed of member.';

revoke all on function muster.keep_member_words() from public;
