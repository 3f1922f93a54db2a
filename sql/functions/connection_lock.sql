create or replace function muster.connection_lock(connection uuid) returns bigint
    language sql immutable parallel safe
    as $$ select hashtextextended('muster.connection ' || connection::text, 0) $$;

comment on function muster.connection_lock(uuid) is
'The key of a connection''s advisory lock, in a class that nothing else in this database uses.
Parameters: connection: its id.
Returns: the key.
Locks: none itself.
Called by: authenticate, enter, api_directory_lock, connections_lock_shared.';
