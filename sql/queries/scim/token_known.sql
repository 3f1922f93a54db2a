-- Whose token stood in a header that was refused (muster.known_token); no row: nobody's.
-- params: 1 hash text? (hex; null: it was not complete), 2 beginning text? (then, what is shown of it)
-- row: token_id uuid, organization_id uuid, connection_id uuid, reason text
select * from muster.known_token(decode($1, 'hex'), $2)
