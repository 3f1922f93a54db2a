-- The key that signs: the newest one. What signing_key_load() takes.
-- params: none
-- row: id uuid, public_key text, private_key bytea
select k.id, k.public_key, k.private_key from muster.signing_key k where k.retired_at is null order by k.created_at desc, k.id desc limit 1
