-- The new token of a rotation that begins; no row: one is under way.
-- params: 1 connection_id uuid, 2 token_id uuid
-- row: id uuid
update muster.connection c
set rotation_token_id = $2::uuid
where c.organization_id = muster.organization_id() and c.id = $1::uuid and c.rotation_token_id is null
returning c.id
