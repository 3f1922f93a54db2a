-- Takes an Idempotency-Key for the request of the API key that was accepted (no row: none was); a request that has it
-- already is waited for. It belongs to the tenant, where there is none to the installation.
-- params: 1 key text, 2 request_hash text (hex)
-- row: fresh boolean, same boolean, body text
with mine as (
    insert into muster.idempotency_key as k (organization_id, api_key_id, key, request_hash)
    select coalesce(muster.organization_id(), muster.installation()), muster.actor_id(), $1, decode($2, 'hex')
    where muster.actor_id() is not null
    on conflict (organization_id, api_key_id, key) do update set key = excluded.key
    returning xmax = 0 as fresh, k.request_hash = decode($2, 'hex') as same, k.body
)
select mine.fresh, mine.same, mine.body from mine
