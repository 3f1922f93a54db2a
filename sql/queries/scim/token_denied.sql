-- The owner of a denied token and the reason, optionally with an event (muster.denied_token).
-- params: 1 hash text (hex), 2 why text? (null: as the token is), 3 told boolean, 4 request_id uuid,
--         5 client_address text?
-- row: token_id uuid, organization_id uuid, connection_id uuid, reason text
select * from muster.denied_token(decode($1, 'hex'), $2, $3::boolean, $4::uuid, $5)
