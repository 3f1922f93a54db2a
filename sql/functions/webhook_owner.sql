create or replace function muster.webhook_owner() returns uuid
    language sql stable parallel safe
    as $$ select coalesce(muster.organization_id(), muster.installation()) $$;

comment on function muster.webhook_owner() is
'Whose webhooks are meant: the tenant''s, or where there is none, those of the installation.
Parameters: none.
Returns: the organization''s id.
Locks: none.
Called by: statements on webhook_endpoint.';
