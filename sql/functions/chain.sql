create or replace aggregate muster.chain(first bytea, item bytea) (sfunc = muster.chain_step, stype = bytea);

comment on aggregate muster.chain(bytea, bytea) is
'The chain of hashes as a running aggregate: each is of the one before and of the item.
Parameters: first: the hash that the chain goes on from; item.
Returns: SHA-256.
Locks: none.
Called by: audit_seal_next.';
