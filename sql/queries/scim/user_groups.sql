-- The groups that hold a user directly, in the order of their ids.
-- params: 1 user_id uuid
-- row held: id uuid
select gu.group_id as id
from muster.scim_group_user gu
where gu.organization_id = muster.organization_id() and gu.user_id = $1::uuid
order by gu.group_id
