-- first: policies of tables call it
create or replace function muster.organization_id() returns uuid
    language sql stable parallel safe
    as $$ select nullif(current_setting('muster.organization', true), '')::uuid $$;

comment on function muster.organization_id() is
'The organization of this transaction. A transaction-local setting that has ended reads as an empty string, not as null.
Parameters: none.
Returns: its id; null: none is set, and no row of a tenant is visible.
Locks: none.
Called by: policies of the tables; nearly every statement; groups_of_user, webhook_owner.';
