-- A SCIM user's new state, a removed one brought back. The email key stays as it is if asked. 23505:
-- scim_user_user_name, scim_user_external_id.
-- params: 1 id uuid, 2 active boolean, 3 user_name_key text, 4 external_id text?, 5 external_id_unique text?,
--         6 email_key text?, 7 display_name text?, 8 manager_id uuid?, 9 resource text, 10 folded jsonb,
--         11 at timestamptz, 12 version bigint, 13 former_user_name_key text?, 14 keeps_email boolean
-- row: none
update muster.scim_user u
set active = $2::boolean, user_name_key = $3, external_id = $4, external_id_unique = $5, 
    email_key = case when $14::boolean then u.email_key else $6 end, display_name = $7,
    manager_id = $8::uuid, resource = $9, folded = $10::jsonb, modified_at = $11::timestamptz, version = $12::bigint, former_user_name_key = $13,
    removed_at = null
where u.organization_id = muster.organization_id() and u.connection_id = muster.connection_id() and u.id = $1::uuid
