-- A new signing key; the old ones are retired in seven days, or at once. After signing_key_lock.
-- params: 1 id uuid, 2 public_key text (a JWK), 3 private_key bytea (sealed), 4 at_once boolean
-- row object: object json
with before as (
    update muster.signing_key k
    set retired_at = case when $4::boolean then now() else now() + interval '7 days' end
    where k.retired_at is null or ($4::boolean and k.retired_at > now())
), k as (
    insert into muster.signing_key (id, public_key, private_key) values ($1::uuid, $2, $3::bytea) returning *
), told as (
    select muster.audit(muster.installation(), null, 'signing_key.rotated', null, 'signing_key', k.id,
                        jsonb_build_object('kid', k.public_key::jsonb ->> 'kid', 'at_once', $4::boolean), muster.uuid7(), null)
    from k
)
select json_build_object('id', k.id, 'kid', k.public_key::json ->> 'kid', 'created_at', muster.time_text(k.created_at),
                         'retired_at', muster.time_text(k.retired_at)) as object
from k, told
