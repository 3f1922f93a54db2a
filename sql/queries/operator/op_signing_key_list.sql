-- The signing keys, in the order of their creation.
-- params: none
-- row object: object json
select json_build_object('id', k.id, 'kid', k.public_key::json ->> 'kid', 'created_at', muster.time_text(k.created_at),
                         'retired_at', muster.time_text(k.retired_at)) as object
from muster.signing_key k
order by k.created_at, k.id
