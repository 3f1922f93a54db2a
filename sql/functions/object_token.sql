create or replace function muster.object(t muster.token) returns json
    language sql stable
    as $$ select json_build_object('id', t.id, 'organization_id', t.organization_id, 'connection_id', t.connection_id, 'name', t.name,
        'prefix', t.prefix, 'scope', t.scope, 'allowed_addresses', t.allowed_addresses::text[], 'rate', t.rate, 'burst', t.burst,
        'created_at', muster.time_text(t.created_at), 'expires_at', muster.time_text(t.expires_at),
        'revoked_at', muster.time_text(t.revoked_at), 'last_used_at', muster.time_text(t.last_used_at),
        'last_used_address', t.last_used_address) $$;

comment on function muster.object(muster.token) is
'A token (never its secret), as answers of the admin API and the command line have it.
Parameters: t: its row.
Returns: the object.
Locks: none.
Called by: statements that show tokens.';
