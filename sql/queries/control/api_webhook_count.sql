-- How many webhooks the tenant has; lock the organization before (api_organization_lock).
-- params: none
-- row: webhooks bigint
select count(*) as webhooks from muster.webhook_endpoint w where w.organization_id = muster.organization_id() and w.removed_at is null
