-- The members of the organization as lines of an export, from one on.
-- params: 1 limit bigint, 2 after uuid? (null: the first)
-- row export: line text, k1 text, k2 text
select '{"type":"member",' || substr((to_jsonb(x) - 'organization_id' - 'filed')::text, 2) as line, x.id::text as k1, null as k2
from muster.member x
where x.organization_id = muster.organization_id() and ($2::uuid is null or x.id > $2::uuid)
order by x.id
limit $1::bigint
