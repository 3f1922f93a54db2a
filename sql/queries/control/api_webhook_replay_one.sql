-- Sends a delivery of a webhook again, unless it waits already or is not wanted any more; how many.
-- params: 1 endpoint_id text, 2 id text
-- row: made bigint
select muster.webhook_enqueue(d.organization_id, array[d.sequence], d.endpoint_id) as made
from muster.webhook_delivery d
where d.endpoint_id = muster.uuid($1) and d.id = muster.uuid($2)
