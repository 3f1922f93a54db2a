-- A new secret of a webhook, and its event; the old one also signs for the given seconds. No row: there is no such
-- webhook.
-- params: 1 id text, 2 secret bytea (encrypted), 3 seconds integer, 4 event_id uuid? (null: any), 5 request_id uuid,
--         6 client_address text?
-- row object: object json
-- row: told void
with w as (
    update muster.webhook_endpoint w
    set previous_secret = case when $3::integer > 0 then w.secret end,
        previous_secret_until = case when $3::integer > 0 then now() + make_interval(secs => $3::integer) end, secret = $2::bytea
    where w.organization_id = muster.webhook_owner() and w.id = muster.uuid($1) and w.removed_at is null
    returning w
), shown as materialized ( -- once for all that reads it
    select (w.w).id, muster.object(w.w) as object from w
)
select s.object,
       muster.audit(muster.webhook_owner(), $4::uuid, 'webhook.secret_rotated', null, 'webhook', s.id, s.object::jsonb, $5::uuid, $6) as told
from shown s
