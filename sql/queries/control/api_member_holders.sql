-- The connections whose live SCIM users hold a member's status.
-- params: 1 id uuid
-- row: names text (null: none holds it)
select string_agg(distinct c.name, ', ' order by c.name) as names
from muster.scim_user u
join muster.connection c on c.organization_id = muster.organization_id() and c.id = u.connection_id
where u.organization_id = muster.organization_id() and u.member_id = $1::uuid and u.removed_at is null
