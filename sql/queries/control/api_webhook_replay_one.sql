-- Sends a delivery of a webhook again; no row: there is none. `made` is 0 if it is pending already, or not wanted any
-- more.
-- params: 1 endpoint_id text, 2 id text
-- row: made bigint
select muster.webhook_enqueue(d.organization_id, array[d.sequence], d.endpoint_id) as made
from muster.webhook_delivery d
where d.endpoint_id = muster.uuid($1) and d.id = muster.uuid($2)
