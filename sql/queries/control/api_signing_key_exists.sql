-- Whether there is a key that signs.
-- params: none
-- row: there boolean
select exists (select from muster.signing_key k where k.retired_at is null) as there
