create or replace function muster.file_members(most integer) returns integer
    language plpgsql volatile security definer
    set search_path = pg_catalog, pg_temp
    as $$
declare
    organizations uuid[];
    ids uuid[];
begin
    select array_agg(m.organization_id), array_agg(m.id) into organizations, ids
    from (select m.organization_id, m.id from muster.member m where not m.filed
          order by m.organization_id, m.id limit most for no key update skip locked) m;
    if ids is null then
        return 0;
    end if;
    insert into muster.member_word (organization_id, whole, word, member_id)
    select m.organization_id, w.whole, w.word, m.id
    from unnest(organizations, ids) d (organization_id, id)
    cross join lateral (select m.organization_id, m.id, m.display_name, m.first_name, m.last_name, m.email
                        from muster.member m where m.organization_id = d.organization_id and m.id = d.id offset 0 /* each by its key */) m
    cross join lateral (select true, muster.member_sort_name(m.display_name, m.first_name, m.last_name, m.email)
                        union all
                        select false, unnest(muster.member_words(m.display_name, m.first_name, m.last_name, m.email))) w (whole, word)
    on conflict do nothing;
    update muster.member m
    set filed = true
    from unnest(organizations, ids) d (organization_id, id)
    where m.organization_id = d.organization_id and m.id = d.id and m.id = any (ids) -- each by its key
          and m.organization_id = any (organizations);
    return cardinality(ids);
end
$$;

comment on function muster.file_members(integer) is
'Writes the words of members who are new or have other names, so that member_candidates() finds them by an index. Until
then it looks at them one by one. A create pays nothing for it, and a search is whole at once.
Parameters: most: members at a time.
Returns: how many were filed.
Locks: the members; those that others have locked are left for the next time.
Called by: deliver_file_members.';

revoke all on function muster.file_members(integer) from public;
grant execute on function muster.file_members(integer) to muster_deliver;
