-- The extension schemas of an organization and its attribute mapping, as extension_schemas reads them, but with the
-- given schema as the last one, or, without a definition, without it.
-- params: 1 urn text, 2 resource_type text?, 3 required boolean?, 4 definition text? (null: it is left out)
-- row extension: version bigint, resource_type text, required boolean, definition text, mapping text
select o.schema_version as version, x.resource_type, x.required, x.definition, m.mapping
from muster.organization o
left join (select x.resource_type, x.required, x.definition, x.created_at, x.urn_key
           from muster.extension_schema x
           where x.organization_id = muster.organization_id() and x.urn_key <> lower($1)
           union all
           select $2, $3::boolean, $4::text, 'infinity', lower($1) where $4::text is not null) x on true
left join muster.attribute_mapping m on m.organization_id = o.id
where o.id = muster.organization_id()
order by x.created_at, x.urn_key
