-- Takes an Idempotency-Key for this request; a request that has it already is waited for.
-- params: 1 api_key_id uuid, 2 key text, 3 request_hash text (hex)
-- row: fresh boolean, same boolean, status integer, body text
with mine as (
    insert into muster.idempotency_key as k (organization_id, api_key_id, key, request_hash)
    values (coalesce(muster.organization_id(), '00000000-0000-0000-0000-000000000000'), $1::uuid, $2, decode($3, 'hex'))
    on conflict (organization_id, api_key_id, key) do update set key = excluded.key
    returning xmax = 0 as fresh, k.request_hash = decode($3, 'hex') as same, k.status, k.body
)
select mine.fresh, mine.same, mine.status, mine.body from mine
