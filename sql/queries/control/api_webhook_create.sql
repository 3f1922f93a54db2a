-- A new webhook of the tenant, or of the installation, and its event.
-- params: 1 id uuid, 2 fields jsonb (name, url, events, format, audience, allow_private), 3 secret bytea (encrypted),
--         4 event_id uuid? (null: any), 5 request_id uuid, 6 client_address text?
-- row object: object json
-- row: told void
with w as (
    insert into muster.webhook_endpoint as w (organization_id, id, name, url, events, format, audience, allow_private, secret)
    select muster.webhook_owner(), $1::uuid, f.name, f.url, f.events, f.format, f.audience, f.allow_private, $3::bytea
    from jsonb_to_record('{"events": ["*"], "format": "muster", "allow_private": false}'::jsonb || $2::jsonb)
         f (name text, url text, events text[], format text, audience text, allow_private boolean)
    returning w
), shown as materialized ( -- once for all that reads it
    select muster.object(w.w) as object from w
)
select s.object,
       muster.audit(muster.webhook_owner(), $4::uuid, 'webhook.created', null, 'webhook', $1::uuid, s.object::jsonb, $5::uuid, $6) as told
from shown s
