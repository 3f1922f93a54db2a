-- The groups in groups of the organization as lines of an export, from one on.
-- params: 1 limit bigint, 2 after uuid? (null: the first), 3 after_too uuid?
-- row export: line text, k1 text, k2 text
select '{"type":"nesting",' || substr((to_jsonb(x) - 'organization_id')::text, 2) as line, x.parent_id::text as k1, x.child_id::text as k2
from muster.scim_group_group x
where x.organization_id = muster.organization_id() and ($2::uuid is null or (x.parent_id, x.child_id) > ($2::uuid, $3::uuid))
order by x.parent_id, x.child_id
limit $1::bigint
