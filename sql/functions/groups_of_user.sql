create or replace function muster.groups_of_user(who uuid) returns table (id uuid, display_name text, type text)
    language sql stable parallel safe
    as $$
        select g.id, g.display_name, case when min(d.depth) = 1 then 'direct' else 'indirect' end
        from (select m.group_id
              from muster.scim_group_user m
              where m.organization_id = muster.organization_id() and m.connection_id = muster.connection_id() and m.user_id = who
              offset 0 /* from the user upwards */) m
        cross join lateral (
            select m.group_id, 1 as depth
            union all
            select p.parent_id, 2
            from muster.scim_group_group p
            where p.organization_id = muster.organization_id() and p.child_id = m.group_id
            union all
            select q.parent_id, 3
            from (select p.parent_id from muster.scim_group_group p
                  where p.organization_id = muster.organization_id() and p.child_id = m.group_id offset 0 /* each by its index */) p
            cross join lateral (select q.parent_id from muster.scim_group_group q
                                where q.organization_id = muster.organization_id() and q.child_id = p.parent_id offset 0 /* each by its index */) q
        ) d
        cross join lateral (select g.id, g.display_name from muster.scim_group g
                            where g.organization_id = muster.organization_id() and g.connection_id = muster.connection_id()
                                  and g.id = d.group_id offset 0 /* each by its key */) g
        group by g.id, g.display_name
    $$;

comment on function muster.groups_of_user(uuid) is
'The rows of the view scim_user_group for one user, found from its id upwards, each by its whole key. So the planner,
which may have no statistics of this organization yet, cannot choose to read all of it.
Parameters: who: id of a SCIM user of this transaction''s connection.
Returns: groups, direct ones and those that hold one of them (three levels).
Locks: none.
Called by: groups_lines.';
