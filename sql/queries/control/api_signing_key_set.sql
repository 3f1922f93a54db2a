-- The JWK Set (RFC 7517, section 5) of the keys that are not retired.
-- params: none
-- row: object text
select json_build_object('keys', coalesce(json_agg(k.public_key::json order by k.created_at, k.id), '[]'))::text as object
from muster.signing_key k
where k.retired_at is null or k.retired_at > now()
