-- Revokes an API key; once more changes nothing.
-- params: 1 id text
-- row: object json
with changed as (
    update muster.api_key k set revoked_at = coalesce(k.revoked_at, now()) where k.id = muster.uuid($1) returning k
)
select muster.object(changed.k) as object from changed
