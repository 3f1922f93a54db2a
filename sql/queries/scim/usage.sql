-- How many live SCIM users and groups the organization has.
-- params: none
-- row: users bigint, groups bigint
select coalesce(sum(o.users), 0)::bigint as users, coalesce(sum(o.groups), 0)::bigint as groups
from muster.organization_usage o
where o.organization_id = muster.organization_id()
