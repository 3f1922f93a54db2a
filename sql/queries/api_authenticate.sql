-- Who presents this API key? No row: nobody. Sets the tenant of the transaction (see muster.authenticate_key).
-- params: 1 hash text (hex), 2 organization text (slug or id; null: none), 3 client_address text
-- row: key_id uuid, bound boolean, scopes text, organization_id uuid, now_us bigint
select * from muster.authenticate_key(decode($1, 'hex'), $2, $3)
