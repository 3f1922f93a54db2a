-- Deletes the Idempotency-Keys of yesterday; does nothing if no API key was accepted.
-- params: none
-- row: none
delete from muster.idempotency_key k
where muster.actor_id() is not null and k.organization_id = coalesce(muster.organization_id(), muster.installation())
      and k.created_at < now() - interval '24 hours'
