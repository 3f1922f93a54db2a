-- Registers an extension schema. 23505: extension_schema_pkey.
-- params: 1 organization_id uuid, 2 urn text, 3 resource_type text, 4 required boolean, 5 definition text, 6 event_id uuid
-- row: object json
with x as (
    insert into muster.extension_schema (organization_id, urn_key, urn, resource_type, required, definition)
    values ($1::uuid, lower($2), $2, $3, $4::boolean, $5)
    returning *
), o as (
    update muster.organization o set schema_version = o.schema_version + 1 from x where o.id = x.organization_id
), e as (
    insert into muster.audit_event (organization_id, id, at, action, actor_type, actor_id, target_type, target_id, data, request_id)
    select x.organization_id, $6::uuid, now(), 'scim.schema.added', muster.actor_type(), muster.actor_id(), 'organization', x.organization_id,
           jsonb_build_object('after', jsonb_build_object('urn', x.urn, 'resource_type', x.resource_type, 'required', x.required,
                                                          'definition', x.definition::jsonb)), $6::uuid
    from x
)
select json_build_object('urn', x.urn, 'resource_type', x.resource_type, 'required', x.required,
                         'definition', x.definition::json, 'created_at', muster.time_text(x.created_at)) as object
from x
