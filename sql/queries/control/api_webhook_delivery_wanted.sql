-- Whether a delivery can be sent again: it waits already, or the webhook still wants its event. No row: there is no
-- such delivery.
-- params: 1 endpoint_id text, 2 id text
-- row: wanted boolean, action text
select d.state = 'pending' or d.action = 'webhook.test' or muster.webhook_wants(w, d.action, d.target_id) as wanted, d.action
from muster.webhook_endpoint w
join muster.webhook_delivery d on d.endpoint_id = w.id and d.id = muster.uuid($2)
where w.organization_id = muster.webhook_owner() and w.id = muster.uuid($1) and w.removed_at is null
