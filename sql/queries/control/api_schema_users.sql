-- Live users of an organization whose resource has this URN in it, a batch at a time, by id.
-- params: 1 urn text, 2 after uuid, 3 limit bigint
-- row extended: id uuid, connection_id uuid, name text, resource text
select u.id, u.connection_id, u.user_name_key as name, u.resource
from muster.scim_user u
where u.organization_id = muster.organization_id() and u.removed_at is null and u.id > $2::uuid and strpos(lower(u.resource), lower($1)) > 0
order by u.id
limit $3::bigint
