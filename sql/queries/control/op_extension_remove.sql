-- Removes an extension schema and the stored values of its unique attributes. No row: there is none with this URN.
-- params: 1 organization_id uuid, 2 urn text
-- row: object json
with x as (
    delete from muster.extension_schema x where x.organization_id = $1::uuid and x.urn_key = lower($2) returning *
), o as (
    update muster.organization o set schema_version = o.schema_version + 1 from x where o.id = x.organization_id
), u as (
    delete from muster.scim_unique_value u using x
    where u.organization_id = x.organization_id and starts_with(u.attribute, x.resource_type || ' ' || x.urn || ':')
          and strpos(substr(u.attribute, length(x.resource_type || ' ' || x.urn || ':') + 1), ':') = 0 -- not one whose URN goes on
)
select json_build_object('urn', x.urn, 'resource_type', x.resource_type, 'required', x.required,
                         'definition', x.definition::json, 'created_at', muster.time_text(x.created_at)) as object
from x
