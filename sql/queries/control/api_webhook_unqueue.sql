-- Deletes the queue of a webhook, so that nothing more is sent.
-- params: 1 endpoint_id text
-- row: none
delete from muster.webhook_queue q where q.endpoint_id = muster.uuid($1)
