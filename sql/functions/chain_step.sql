-- first: the aggregate chain() is made of it
create or replace function muster.chain_step(state bytea, first bytea, item bytea) returns bytea
    language plpgsql immutable parallel safe
    as $$
begin
    return sha256(coalesce(state, first) || item);
end
$$;

comment on function muster.chain_step(bytea, bytea, bytea) is
'One step of the aggregate chain(): the hash of the previous hash and the item. Not in SQL: PostgreSQL would plan its
body in each statement that calls the aggregate.
Parameters: state: null: none yet; first: the hash from which the chain goes on; item.
Returns: SHA-256.
Locks: none.
Called by: the aggregate chain().';
