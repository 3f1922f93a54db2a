-- Groups of an organization whose resource has this URN in it, a batch at a time, by id.
-- params: 1 organization_id uuid, 2 urn text, 3 after uuid, 4 limit bigint
-- row extended: id uuid, connection_id uuid, name text, resource text
select g.id, g.connection_id, g.display_name as name, g.resource
from muster.scim_group g
where g.organization_id = $1::uuid and g.id > $3::uuid and strpos(lower(g.resource), lower($2)) > 0
order by g.id
limit $4::bigint
