-- The extension schemas of the organization as lines of an export, from one on.
-- params: 1 limit bigint, 2 after text? (null: the first)
-- row export: line text, k1 text, k2 text
select '{"type":"extension_schema",' || substr((to_jsonb(x) - 'organization_id')::text, 2) as line, x.urn_key::text as k1, null as k2
from muster.extension_schema x
where x.organization_id = muster.organization_id() and ($2::text is null or x.urn_key > $2::text)
order by x.urn_key
limit $1::bigint
