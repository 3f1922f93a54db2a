-- Stores the answer to the request with this Idempotency-Key.
-- params: 1 organization_id uuid, 2 api_key_id uuid, 3 key text, 4 body text
-- row: none
update muster.idempotency_key k
set body = $4
where k.organization_id = $1::uuid and k.api_key_id = $2::uuid and k.key = $3
