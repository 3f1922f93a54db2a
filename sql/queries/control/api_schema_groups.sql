-- Groups of an organization whose resource has this URN in it, a batch at a time, by id.
-- params: 1 urn text, 2 after uuid, 3 limit bigint
-- row extended: id uuid, connection_id uuid, name text, resource text
select g.id, g.connection_id, g.display_name as name, g.resource
from muster.scim_group g
where g.organization_id = muster.organization_id() and g.id > $2::uuid and strpos(lower(g.resource), lower($1)) > 0
order by g.id
limit $3::bigint
