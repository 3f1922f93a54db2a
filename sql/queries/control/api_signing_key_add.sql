-- A new signing key.
-- params: 1 id uuid, 2 public_key text (a JWK), 3 private_key bytea (sealed)
-- row: none
insert into muster.signing_key (id, public_key, private_key) values ($1::uuid, $2, $3::bytea)
