-- Ends a webhook, and writes its event. No row: there is no such webhook.
-- params: 1 id text, 2 event_id uuid? (null: any), 3 request_id uuid, 4 client_address text?
-- row object: object json
-- row: told void
with w as (
    update muster.webhook_endpoint w
    set removed_at = now()
    where w.organization_id = muster.webhook_owner() and w.id = muster.uuid($1) and w.removed_at is null
    returning w
), shown as materialized ( -- once for all that reads it
    select (w.w).id, muster.object(w.w) as object from w
)
select s.object,
       muster.audit(muster.webhook_owner(), $2::uuid, 'webhook.removed', null, 'webhook', s.id, s.object::jsonb, $3::uuid, $4) as told
from shown s
