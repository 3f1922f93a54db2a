-- The extension schemas of this organization, in the order of their registration, and its attribute mapping; one row
-- with nulls if it has none.
-- params: none
-- row extension: version bigint, resource_type text, required boolean, definition text, mapping text
select o.schema_version as version, x.resource_type, x.required, x.definition, m.mapping
from muster.organization o
left join muster.extension_schema x on x.organization_id = o.id
left join muster.attribute_mapping m on m.organization_id = o.id
where o.id = muster.organization_id()
order by x.created_at, x.urn_key
