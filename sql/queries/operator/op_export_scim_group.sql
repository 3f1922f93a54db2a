-- The SCIM groups, with their unique values, of the organization as lines of an export, from one on.
-- params: 1 limit bigint, 2 after uuid? (null: the first)
-- row export: line text, k1 text, k2 text
select '{"type":"scim_group",' || substr(((to_jsonb(x) - 'organization_id') || jsonb_build_object(
           'unique_values', (select coalesce(jsonb_agg(jsonb_build_object('attribute', v.attribute, 'value_key', v.value_key)
                                                                 order by v.attribute, v.value_key), '[]')
                                       from muster.scim_unique_value v
                                       where v.organization_id = x.organization_id and v.connection_id = x.connection_id
                                             and v.resource_id = x.id)))::text, 2) as line, x.id::text as k1, null as k2
from muster.scim_group x
where x.organization_id = muster.organization_id() and ($2::uuid is null or x.id > $2::uuid)
order by x.id
limit $1::bigint
