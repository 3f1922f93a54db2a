-- A new API key; organization_id null: a key of the installation. Writes the event to the installation's log.
-- params: 1 id uuid, 2 organization_id uuid?, 3 name text, 4 hash text (hex), 5 prefix text,
--         6 scopes text (by blanks), 7 expires_at timestamptz? (null: never), 8 request_id uuid
-- row object: object json
-- row: told void
with k as (
    insert into muster.api_key as k (id, organization_id, name, hash, prefix, scopes, expires_at)
    values ($1::uuid, $2::uuid, $3, decode($4, 'hex'), $5, string_to_array($6, ' '), $7::timestamptz)
    returning k
)
select muster.object(k.k) as object,
       muster.audit(coalesce($2::uuid, muster.installation()), $8::uuid, 'key.created', null, 'key', $1::uuid,
                    muster.object(k.k)::jsonb, $8::uuid, null) as told
from k
