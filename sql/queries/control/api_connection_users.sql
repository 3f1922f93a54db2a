-- Some of the live users of a connection.
-- params: 1 connection_id uuid, 2 limit bigint
-- row listed: id uuid
select x.id
from muster.scim_user x
where x.organization_id = muster.organization_id() and x.connection_id = $1::uuid and x.removed_at is null
order by x.id
limit $2::bigint
