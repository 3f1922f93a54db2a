-- Ends an organization: its tokens and keys are revoked, its domains are not looked up any more, the API does not know
-- it any more, and its slug is free again. The audit log and what it needs stay.
-- params: none
-- row: id uuid
with t as (
    update muster.token set revoked_at = now() where organization_id = muster.organization_id() and revoked_at is null
), claims as (
    delete from muster.domain_claim c where c.organization_id = muster.organization_id()
)
update muster.organization o
set removed_at = now(), slug = 'x-' || o.id
where o.id = muster.organization_id() and o.removed_at is null
returning o.id
