-- A delivery that is to be sent again, and the event that tells it. No row: it does not wait, because the webhook does
-- not want it any more.
-- params: 1 endpoint_id text, 2 id text, 3 event_id uuid? (null: any), 4 request_id uuid, 5 client_address text?
-- row object: object json
-- row: told void
select muster.object(d) as object,
       muster.audit(muster.webhook_owner(), $3::uuid, 'webhook.replayed', null, 'webhook', d.endpoint_id,
                    jsonb_build_object('delivery_id', d.id, 'event_id', d.event_id, 'organization_id', d.organization_id, 'replayed', 1),
                    $4::uuid, $5) as told
from muster.webhook_delivery d
where d.endpoint_id = muster.uuid($1) and d.id = muster.uuid($2) and d.state = 'pending'
