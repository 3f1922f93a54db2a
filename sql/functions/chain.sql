create or replace aggregate muster.chain(first bytea, item bytea) (sfunc = muster.chain_step, stype = bytea);

comment on aggregate muster.chain(bytea, bytea) is
'The chain of hashes as a running aggregate: each hash is made of the one before and the item.
Parameters: first: the hash from which the chain goes on; item.
Returns: SHA-256.
Locks: none.
Called by: audit_seal_next.';
