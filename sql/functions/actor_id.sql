create or replace function muster.actor_id() returns uuid
    language sql stable parallel safe
    as $$ select nullif(current_setting('muster.actor_id', true), '')::uuid $$;

comment on function muster.actor_id() is
'The id of the token or key of this transaction.
Parameters: none.
Returns: its id; null for the operator.
Locks: none.
Called by: event().';
