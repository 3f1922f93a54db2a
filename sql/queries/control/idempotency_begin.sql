-- Takes an Idempotency-Key for a request of the accepted API key (no row: no key was accepted); waits for a request
-- that is using it. It belongs to the tenant, or if there is none, to the installation.
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
