-- The users that a change of members names or (with all_members) that are members, locked in the order of their ids. So
-- it waits for a leaver's transaction, and two changes that touch the same user see each other. Each is found by its
-- key, whatever the planner's statistics say.
-- params: 1 group_id uuid? (null: a new group), 2 ids uuid[], 3 all_members boolean
-- row target: id uuid, display_name text, present boolean
-- row: live boolean
select u.id, coalesce(p.display, u.display_name) as display_name, p.present is not null as present, u.live
from (select n.id from unnest($2::uuid[]) n (id)
      union
      select gu.user_id
      from muster.scim_group_user gu
      where $3::boolean and gu.organization_id = muster.organization_id() and gu.group_id = $1::uuid
      order by 1) x
cross join lateral (select u.id, u.removed_at is null as live, u.display_name
                    from muster.scim_user u
                    where u.organization_id = muster.organization_id() and u.connection_id = muster.connection_id() and u.id = x.id
                    for no key update of u) u
left join lateral (select true as present, gu.display
                   from muster.scim_group_user gu
                   where gu.organization_id = muster.organization_id() and gu.group_id = $1::uuid and gu.user_id = u.id
                   offset 0 /* each by its key */) p on true
