-- Authenticates a token; no row: it is invalid. Sets the tenant of the transaction, and locks the connection if asked
-- (see muster.enter). Without a lock it is for a read: then recording the use of the token waits for no standby.
-- params: 1 hash text (hex), 2 asked uuid? (the connection that the URL names, or null), 3 client_address text?,
--         4 lock text? (null: none; none: nor a key of cursors), 5 ids uuid[]? (for the lock),
--         6 whole uuid? (for the lock),
--         7 shaped boolean? (the statements behind it are planned for their values, null: once for all)
-- row: plans text, token_id uuid, matches boolean, allowed boolean, scope text, token_rate integer,
--      token_burst integer, cursor_key text
-- row tenant: organization_id uuid, connection_id uuid, dialect text, identity text, email text, linking text,
--             unknown_members text, group_names text, status text, max_users integer, max_groups integer,
--             max_group_members integer, rate integer, burst integer, now_us bigint, schema_version bigint
select case when $7::boolean then set_config('plan_cache_mode', 'force_custom_plan', true) end as plans, a.*
from muster.authenticate(decode($1, 'hex'), $2::uuid, $3, $4, $5::uuid[], $6::uuid) a
where coalesce($4, 'none') <> 'none' or current_setting('synchronous_standby_names') = '' or set_config('synchronous_commit', 'local', true) is not null
