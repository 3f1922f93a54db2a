create or replace function muster.object(c muster.connection) returns json
    language sql stable
    as $$ select json_build_object('id', c.id, 'organization_id', c.organization_id, 'name', c.name,
        'identity_provider', c.identity_provider, 'dialect', c.dialect, 'identity', c.identity, 'email', c.email,
        'linking', c.linking, 'unknown_members', c.unknown_members, 'group_names', c.group_names, 'status', c.status,
        'rotation_token_id', c.rotation_token_id, 'created_at', muster.time_text(c.created_at)) $$;

comment on function muster.object(muster.connection) is
'A connection, as answers of the admin API and the command line have it.
Parameters: c: its row.
Returns: the object.
Locks: none.
Called by: statements that show connections.';
