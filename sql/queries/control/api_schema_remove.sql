-- Removes an extension schema and the stored values of its unique attributes, and writes its event. No row: there is
-- none with this URN.
-- params: 1 urn text, 2 event_id uuid? (null: any), 3 request_id uuid, 4 client_address text?
-- row object: object json
-- row: told void
with x as (
    delete from muster.extension_schema x where x.organization_id = muster.organization_id() and x.urn_key = lower($1) returning x
), o as (
    update muster.organization o set schema_version = o.schema_version + 1 from x where o.id = muster.organization_id()
), u as (
    delete from muster.scim_unique_value u using x, lateral (select (x.x).resource_type || ' ' || (x.x).urn || ':' as prefix) p
    where u.organization_id = muster.organization_id() and starts_with(u.attribute, p.prefix)
          and strpos(substr(u.attribute, length(p.prefix) + 1), ':') = 0 -- not one whose URN goes on
), shown as materialized ( -- once for all that reads it
    select muster.object(x.x) as object from x
)
select s.object,
       muster.audit(muster.organization_id(), $2::uuid, 'scim.schema.removed', null, 'organization', muster.organization_id(),
                    jsonb_build_object('before', s.object::jsonb), $3::uuid, $4) as told
from shown s
