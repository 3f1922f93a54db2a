-- The users in groups of the organization as lines of an export, from one on.
-- params: 1 limit bigint, 2 after uuid? (null: the first), 3 after_too uuid?
-- row export: line text, k1 text, k2 text
select '{"type":"membership",' || substr((to_jsonb(x) - 'organization_id')::text, 2) as line, x.group_id::text as k1, x.user_id::text as k2
from muster.scim_group_user x
where x.organization_id = muster.organization_id() and ($2::uuid is null or (x.group_id, x.user_id) > ($2::uuid, $3::uuid))
order by x.group_id, x.user_id
limit $1::bigint
