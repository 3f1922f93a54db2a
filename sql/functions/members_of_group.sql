create or replace function muster.members_of_group(who uuid, with_display boolean) returns table (members text)
    language sql stable parallel safe
    as $$
        select string_agg(x.line, E'\n')
        from (
            (select 'U' || m.user_id || coalesce(to_json(coalesce(m.display, u.display_name))::text, '') as line
             from (select m.user_id, m.connection_id, m.display
                   from muster.scim_group_user m
                   where with_display and m.organization_id = muster.organization_id() and m.group_id = who
                   order by m.user_id offset 0 /* from the members upwards */) m
             cross join lateral (select u.display_name from muster.scim_user u
                                 where u.organization_id = muster.organization_id() and u.connection_id = m.connection_id
                                       and u.id = m.user_id and u.removed_at is null offset 0 /* each by its whole key */) u)
            union all
            (select 'U' || m.user_id
             from (select m.user_id, m.connection_id
                   from muster.scim_group_user m
                   where not with_display and m.organization_id = muster.organization_id() and m.group_id = who
                   order by m.user_id offset 0 /* from the members upwards */) m
             cross join lateral (select from muster.scim_user u
                                 where u.organization_id = muster.organization_id() and u.connection_id = m.connection_id
                                       and u.id = m.user_id and u.removed_at is null offset 0 /* each in the index alone */) u)
            union all
            (select 'G' || m.child_id || coalesce(to_json(coalesce(m.display, g.display_name))::text, '')
             from (select m.child_id, m.connection_id, m.display
                   from muster.scim_group_group m
                   where m.organization_id = muster.organization_id() and m.parent_id = who
                   order by m.child_id offset 0 /* from the members upwards */) m
             cross join lateral (select g.display_name from muster.scim_group g
                                 where g.organization_id = muster.organization_id() and g.connection_id = m.connection_id
                                       and g.id = m.child_id offset 0 /* each by its whole key */) g)
        ) x
    $$;

comment on function muster.members_of_group(uuid, boolean) is
'The live members of a group, users first, each kind by id: rows of scim_group_member found from the group upwards, each by
its whole key. So the planner, which estimates an average group, cannot choose to walk the whole directory. It is inlined.
Parameters: who: id of a SCIM group of this transaction''s connection; with_display: the names of users are wanted.
Returns: one row: lines of U (user) or G (group), the id, and the name as a JSON string if there is one; null: no members.
Locks: none.
Called by: group_by_id, group_list, all_list.';
