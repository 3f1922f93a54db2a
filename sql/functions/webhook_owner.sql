create or replace function muster.webhook_owner() returns uuid
    language sql stable parallel safe
    as $$ select coalesce(muster.organization_id(), '00000000-0000-0000-0000-000000000000') $$;

comment on function muster.webhook_owner() is
'Whose webhooks are meant: the tenant''s, or where there is none, those of the installation.
Parameters: none.
Returns: the organization''s id.
Locks: none.
Called by: statements on webhook_endpoint.';
