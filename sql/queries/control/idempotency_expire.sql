-- Forgets the Idempotency-Keys of yesterday.
-- params: 1 organization_id uuid
-- row: none
delete from muster.idempotency_key k where k.organization_id = $1::uuid and k.created_at < now() - interval '24 hours'
