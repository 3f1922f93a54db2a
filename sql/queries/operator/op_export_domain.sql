-- The verified domains of the organization as lines of an export, from one on.
-- params: 1 limit bigint, 2 after text? (null: the first)
-- row export: line text, k1 text, k2 text
select '{"type":"domain",' || substr((to_jsonb(x) - 'organization_id')::text, 2) as line, x.domain::text as k1, null as k2
from muster.organization_domain x
where x.organization_id = muster.organization_id() and ($2::text is null or x.domain > $2::text)
order by x.domain
limit $1::bigint
