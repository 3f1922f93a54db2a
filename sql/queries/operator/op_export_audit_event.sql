-- The audit log of the organization as lines of an export, from one on.
-- params: 1 limit bigint, 2 after timestamptz? (null: the first), 3 after_too uuid?
-- row export: line text, k1 text, k2 text
select '{"type":"audit_event",' || substr((to_jsonb(x) - 'organization_id')::text, 2) as line, x.at::text as k1, x.id::text as k2
from muster.audit_event x
where x.organization_id = muster.organization_id() and ($2::timestamptz is null or (x.at, x.id) > ($2::timestamptz, $3::uuid))
order by x.at, x.id
limit $1::bigint
