-- A team, locked until the end of the transaction, and the group that it is linked to.
-- params: 1 id uuid
-- row: id uuid, group_id uuid, group_connection_id uuid, group_name text
select t.id, g.id as group_id, g.connection_id as group_connection_id, g.display_name as group_name
from muster.team t
left join muster.scim_group g on g.organization_id = t.organization_id and g.team_id = t.id
where t.organization_id = muster.organization_id() and t.id = $1::uuid
for update of t
