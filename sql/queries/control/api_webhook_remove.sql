-- Ends a webhook; no row: it is not there.
-- params: 1 id text
-- row: id uuid
update muster.webhook_endpoint w
set removed_at = now()
where w.organization_id = muster.webhook_owner() and w.id = muster.uuid($1) and w.removed_at is null
returning w.id
