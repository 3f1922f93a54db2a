-- Forgets the Idempotency-Keys of yesterday.
-- params: none
-- row: none
delete from muster.idempotency_key k
where k.organization_id = coalesce(muster.organization_id(), '00000000-0000-0000-0000-000000000000')
      and k.created_at < now() - interval '24 hours'
