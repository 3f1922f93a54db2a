-- A new signing key, unless there is one that signs. After signing_key_lock.
-- params: 1 id uuid, 2 public_key text (a JWK), 3 private_key bytea (sealed)
-- row: none
insert into muster.signing_key (id, public_key, private_key)
select $1::uuid, $2, $3::bytea
where not exists (select from muster.signing_key k where k.retired_at is null)
