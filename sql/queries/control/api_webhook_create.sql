-- A new webhook of the tenant, or of the installation.
-- params: 1 id uuid, 2 fields jsonb (name, url, events, format, audience, allow_private), 3 secret bytea (encrypted)
-- row object: object json
with w as (
    insert into muster.webhook_endpoint as w (organization_id, id, name, url, events, format, audience, allow_private, secret)
    select muster.webhook_owner(), $1::uuid, f.name, f.url, f.events, f.format, f.audience, f.allow_private, $3::bytea
    from jsonb_to_record('{"events": ["*"], "format": "muster", "allow_private": false}'::jsonb || $2::jsonb)
         f (name text, url text, events text[], format text, audience text, allow_private boolean)
    returning w
)
select muster.object(w.w) as object from w
