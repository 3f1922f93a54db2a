create or replace function muster.object(k muster.api_key) returns json
    language sql stable
    as $$ select json_build_object('id', k.id, 'organization_id', k.organization_id, 'name', k.name, 'prefix', k.prefix,
        'scopes', k.scopes, 'created_at', muster.time_text(k.created_at), 'expires_at', muster.time_text(k.expires_at),
        'revoked_at', muster.time_text(k.revoked_at), 'last_used_at', muster.time_text(k.last_used_at),
        'last_used_address', k.last_used_address) $$;

comment on function muster.object(muster.api_key) is
'An API key (never its secret), as answers of the admin API and the command line have it.
Parameters: k: its row.
Returns: the object.
Locks: none.
Called by: statements that show API keys.';
