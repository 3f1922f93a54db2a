-- Pauses a connection, for good.
-- params: 1 id uuid
-- row: none
update muster.connection c set status = 'paused', rotation_token_id = null
where c.organization_id = muster.organization_id() and c.id = $1::uuid
