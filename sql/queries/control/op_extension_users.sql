-- Live users of an organization whose resource has this URN in it, a batch at a time, by id.
-- params: 1 organization_id uuid, 2 urn text, 3 after uuid, 4 limit bigint
-- row extended: id uuid, connection_id uuid, name text, resource text
select u.id, u.connection_id, u.user_name_key as name, u.resource
from muster.scim_user u
where u.organization_id = $1::uuid and u.removed_at is null and u.id > $3::uuid and strpos(lower(u.resource), lower($2)) > 0
order by u.id
limit $4::bigint
