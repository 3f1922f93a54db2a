-- Who presents this token? No row: nobody. Sets the tenant of the transaction.
-- params: 1 hash text (hex), 2 asked uuid (the connection that the URL names, or null)
-- row: token_id uuid, organization_id uuid, connection_id uuid, matches boolean, dialect text, identity text, email text, linking text, unknown_members text, group_names text, status text, max_users integer, max_groups integer, max_group_members integer, now_us bigint, schema_version bigint, cursor_key text
select * from muster.authenticate(decode($1, 'hex'), $2::uuid)
