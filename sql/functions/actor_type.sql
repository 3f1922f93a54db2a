create or replace function muster.actor_type() returns text
    language sql stable parallel safe
    as $$ select coalesce(nullif(current_setting('muster.actor_type', true), ''), 'operator') $$;

comment on function muster.actor_type() is
'The kind of actor of this transaction.
Parameters: none.
Returns: token, key, or (nothing is set) operator.
Locks: none.
Called by: event().';
