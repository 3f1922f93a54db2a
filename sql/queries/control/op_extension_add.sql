-- Registers an extension schema. 23505: extension_schema_pkey.
-- params: 1 organization_id uuid, 2 urn text, 3 resource_type text, 4 required boolean, 5 definition text
-- row: object json
with x as (
    insert into muster.extension_schema (organization_id, urn_key, urn, resource_type, required, definition)
    values ($1::uuid, lower($2), $2, $3, $4::boolean, $5)
    returning *
), o as (
    update muster.organization o set schema_version = o.schema_version + 1 from x where o.id = x.organization_id
)
select json_build_object('urn', x.urn, 'resource_type', x.resource_type, 'required', x.required,
                         'definition', x.definition::json, 'created_at', muster.time_text(x.created_at)) as object
from x
