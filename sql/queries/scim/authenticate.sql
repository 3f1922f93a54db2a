-- Authenticates a token for a write; no row: it is invalid. Sets the tenant of the transaction, and locks the
-- connection (see muster.enter).
-- params: 1 hash text (hex), 2 asked uuid? (the connection that the URL names, or null), 3 client_address text?,
--         4 lock text, 5 ids uuid[]? (for the lock), 6 whole uuid? (for the lock)
-- row: token_id uuid, matches boolean, allowed boolean, scope text, token_rate integer, token_burst integer,
--      cursor_key text, noted text (words: due, troubled)
-- row tenant: organization_id uuid, connection_id uuid, dialect text, identity text, email text, linking text,
--             unknown_members text, group_names text, status text, max_users integer, max_groups integer,
--             max_group_members integer, rate integer, burst integer, now_us bigint, schema_version bigint
select a.* from muster.authenticate_token(decode($1, 'hex'), $2::uuid, $3, $4, $5::uuid[], $6::uuid) a
