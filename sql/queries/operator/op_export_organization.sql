-- The organization itself as a line of an export.
-- params: 1 limit bigint, 2 after uuid? (null: the first)
-- row export: line text, k1 text, k2 text
select '{"type":"organization",' || substr((to_jsonb(x) - 'removed_at')::text, 2) as line, x.id::text as k1, null as k2
from muster.organization x
where x.id = muster.organization_id() and $2::uuid is null
limit $1::bigint
