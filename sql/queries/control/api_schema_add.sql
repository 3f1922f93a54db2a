-- Registers an extension schema, and writes its event. 23505: extension_schema_pkey.
-- params: 1 urn text, 2 resource_type text, 3 required boolean, 4 definition text, 5 event_id uuid? (null: any),
--         6 request_id uuid, 7 client_address text?
-- row object: object json
-- row: told void
with x as (
    insert into muster.extension_schema as x (organization_id, urn_key, urn, resource_type, required, definition)
    values (muster.organization_id(), lower($1), $1, $2, $3::boolean, $4)
    returning x
), o as (
    update muster.organization o set schema_version = o.schema_version + 1 from x where o.id = muster.organization_id()
), shown as materialized ( -- once for all that reads it
    select muster.object(x.x) as object from x
)
select s.object,
       muster.audit(muster.organization_id(), $5::uuid, 'scim.schema.added', null, 'organization', muster.organization_id(),
                    jsonb_build_object('after', s.object::jsonb), $6::uuid, $7) as told
from shown s
