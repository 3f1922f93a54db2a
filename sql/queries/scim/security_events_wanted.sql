-- Whether the organization has a webhook that gets security event tokens.
-- params: none
-- row: wanted boolean
select exists (select from muster.webhook_endpoint w
               where w.organization_id = muster.organization_id() and w.format = 'set' and w.removed_at is null) as wanted
