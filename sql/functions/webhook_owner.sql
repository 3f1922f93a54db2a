create or replace function muster.webhook_owner() returns uuid
    language sql stable parallel safe
    as $$ select case when muster.organization_id() is null then muster.installation() else muster.organization_id() end $$;

comment on function muster.webhook_owner() is
'The owner of the requested webhooks: the tenant, or if there is none, the installation.
Parameters: none.
Returns: the organization''s id.
Locks: none.
Called by: statements on webhook_endpoint.';
