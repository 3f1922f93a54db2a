-- What the request with this Idempotency-Key is answered.
-- params: 1 api_key_id uuid, 2 key text, 3 status integer, 4 body text
-- row: none
update muster.idempotency_key k
set status = $3::integer, body = $4
where k.organization_id = coalesce(muster.organization_id(), '00000000-0000-0000-0000-000000000000') and k.api_key_id = $1::uuid
      and k.key = $2
