-- Hides a connection whose users have left.
-- params: 1 id uuid
-- row: none
update muster.connection c set removed_at = now()
where c.organization_id = muster.organization_id() and c.id = $1::uuid and c.removed_at is null
