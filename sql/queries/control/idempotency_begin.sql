-- Takes an Idempotency-Key for this request; a request that has it already is waited for.
-- params: 1 organization_id uuid (all zeros: of the installation), 2 api_key_id uuid, 3 key text,
--         4 request_hash text (hex)
-- row: fresh boolean, same boolean, body text
with mine as (
    insert into muster.idempotency_key as k (organization_id, api_key_id, key, request_hash)
    values ($1::uuid, $2::uuid, $3, decode($4, 'hex'))
    on conflict (organization_id, api_key_id, key) do update set key = excluded.key
    returning xmax = 0 as fresh, k.request_hash = decode($4, 'hex') as same, k.body
)
select mine.fresh, mine.same, mine.body from mine
