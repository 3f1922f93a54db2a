-- Authenticates an API key; no row: it is invalid. Sets the tenant of the transaction (see muster.authenticate_key).
-- Recording the use of the key for a read waits for no standby.
-- params: 1 hash text (hex), 2 organization text? (slug or id; null: none), 3 client_address text?, 4 changes boolean
-- row caller: key_id uuid, bound boolean, scopes text, organization_id uuid
-- row: now_us bigint
select * from muster.authenticate_key(decode($1, 'hex'), $2, $3)
where $4::boolean or current_setting('synchronous_standby_names') = '' or set_config('synchronous_commit', 'local', true) is not null
