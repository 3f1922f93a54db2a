-- The new token of a rotation that begins.
-- params: 1 connection_id uuid, 2 token_id uuid
-- row: none
update muster.connection c
set rotation_token_id = $2::uuid
where c.organization_id = muster.organization_id() and c.id = $1::uuid and c.rotation_token_id is null
