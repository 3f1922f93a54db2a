-- The extension schemas of an organization as extension_schemas reads them, for the operator.
-- params: 1 organization_id uuid
-- row extension: version bigint, resource_type text, required boolean, definition text, mapping text
select o.schema_version as version, x.resource_type, x.required, x.definition, m.mapping
from muster.organization o
left join muster.extension_schema x on x.organization_id = o.id
left join muster.attribute_mapping m on m.organization_id = o.id
where o.id = $1::uuid
order by x.created_at, x.urn_key
