-- A SCIM group, locked until the end of the transaction.
-- params: 1 id uuid
-- row stored: id uuid, version bigint, resource text, modified_us bigint
-- row: team_id uuid, member_count integer
select g.id, g.version, g.resource, (extract(epoch from g.modified_at) * 1000000)::bigint as modified_us,
       g.team_id, g.member_count
from muster.scim_group g
where g.organization_id = muster.organization_id() and g.connection_id = muster.connection_id() and g.id = $1::uuid
for update of g
