-- The connection of a SCIM group, in the form of a team's link.
-- params: 1 group_id uuid
-- row object: object json
select json_build_object('scim_group_id', g.id, 'connection_id', g.connection_id) as object
from muster.scim_group g
where g.organization_id = muster.organization_id() and g.id = $1::uuid
