-- A new API key; organization_id null: of the installation.
-- params: 1 id uuid, 2 organization_id uuid, 3 name text, 4 hash text (hex), 5 prefix text, 6 scopes text (by blanks), 7 expires_at timestamptz
-- row: object json
with k as (
    insert into muster.api_key as k (id, organization_id, name, hash, prefix, scopes, expires_at)
    values ($1::uuid, $2::uuid, $3, decode($4, 'hex'), $5, string_to_array($6, ' '), $7::timestamptz)
    returning k
)
select muster.object(k.k) as object from k
