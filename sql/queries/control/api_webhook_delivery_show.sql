-- One delivery of a webhook, by id.
-- params: 1 endpoint_id text, 2 id text
-- row object: object json
select muster.object(d) as object
from muster.webhook_endpoint w
join muster.webhook_delivery d on d.endpoint_id = w.id and d.id = muster.uuid($2)
where w.organization_id = muster.webhook_owner() and w.id = muster.uuid($1) and w.removed_at is null
