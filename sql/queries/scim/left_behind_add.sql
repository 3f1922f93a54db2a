-- Notes what is still to be done to others for a user who is removed: to the groups that hold it, and to the live users
-- whose manager it is.
-- params: 1 user_id uuid
-- row: none
insert into muster.left_behind (organization_id, connection_id, user_id, other_id, kind)
select muster.organization_id(), muster.connection_id(), $1::uuid, x.id, x.kind
from (select gu.group_id as id, 'group' as kind
      from muster.scim_group_user gu
      where gu.organization_id = muster.organization_id() and gu.user_id = $1::uuid
      union all
      select u.id, 'report'
      from muster.scim_user u
      where u.organization_id = muster.organization_id() and u.connection_id = muster.connection_id() and u.manager_id = $1::uuid
            and u.removed_at is null and u.id <> $1::uuid) x
on conflict do nothing
