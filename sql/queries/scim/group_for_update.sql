-- A SCIM group, locked until the end of the transaction.
-- params: 1 id uuid
-- row: id uuid, team_id uuid, version bigint, resource text, member_count integer, modified_us bigint
select g.id, g.team_id, g.version, g.resource, g.member_count, (extract(epoch from g.modified_at) * 1000000)::bigint as modified_us
from muster.scim_group g
where g.organization_id = muster.organization_id() and g.connection_id = muster.connection_id() and g.id = $1::uuid
for update of g
