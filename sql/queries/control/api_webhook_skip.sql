-- Skips the undelivered deliveries of a webhook.
-- params: 1 endpoint_id text
-- row: none
update muster.webhook_delivery d
set state = 'skipped', finished_at = clock_timestamp()
where d.endpoint_id = muster.uuid($1) and d.state = 'pending'
