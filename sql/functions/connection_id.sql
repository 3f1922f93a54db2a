create or replace function muster.connection_id() returns uuid
    language sql stable parallel safe
    as $$ select nullif(current_setting('muster.connection', true), '')::uuid $$;

comment on function muster.connection_id() is
'The connection of this transaction; see organization_id().
Parameters: none.
Returns: its id; null: none is set.
Locks: none.
Called by: statements of SCIM; groups_of_user.';
