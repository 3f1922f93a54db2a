create or replace function muster.ways_to_user(who uuid) returns table (top uuid, way uuid[])
    language sql stable parallel safe
    as $$
        select d.group_id, array[d.group_id]
        from muster.scim_group_user d
        where d.organization_id = muster.organization_id() and d.user_id = who
        union all
        select p.parent_id, array[p.parent_id, d.group_id]
        from muster.scim_group_user d
        join muster.scim_group_group p on p.organization_id = muster.organization_id() and p.child_id = d.group_id
        where d.organization_id = muster.organization_id() and d.user_id = who
        union all
        select q.parent_id, array[q.parent_id, p.parent_id, d.group_id]
        from muster.scim_group_user d
        join muster.scim_group_group p on p.organization_id = muster.organization_id() and p.child_id = d.group_id
        join muster.scim_group_group q on q.organization_id = muster.organization_id() and q.child_id = p.parent_id
        where d.organization_id = muster.organization_id() and d.user_id = who
    $$;

comment on function muster.ways_to_user(uuid) is
'The groups that hold a user, directly or through nested groups (three levels), each with the way down to the user.
Parameters: who: id of a SCIM user.
Returns: top: the group; way: the groups from it down to the one that has the user.
Locks: none.
Called by: api_member_explain.';
