-- The groups that hold a user directly, locked in the order of their ids.
-- params: 1 user_id uuid
-- row held: id uuid
select g.id
from muster.scim_group g
where g.organization_id = muster.organization_id() and g.connection_id = muster.connection_id()
      and g.id in (select gu.group_id from muster.scim_group_user gu
                   where gu.organization_id = muster.organization_id() and gu.user_id = $1::uuid)
order by g.id
for update of g
