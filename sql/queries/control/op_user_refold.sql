-- Stores a user that was read with another set of schemas: its text and keys. The version does not change.
-- params: 1 organization_id uuid, 2 id uuid, 3 resource text, 4 folded jsonb
-- row: none
update muster.scim_user set resource = $3, folded = $4::jsonb where organization_id = $1::uuid and id = $2::uuid
