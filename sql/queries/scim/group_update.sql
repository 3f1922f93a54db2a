-- A SCIM group's new state. 23505: scim_group_display_name.
-- params: 1 id uuid, 2 display_name text, 3 display_name_key text, 4 display_name_unique text?, 5 external_id text?,
--         6 resource text, 7 folded jsonb, 8 at timestamptz, 9 version bigint, 10 member_count integer
-- row: none
update muster.scim_group g
set display_name = $2, display_name_key = $3, display_name_unique = $4, external_id = $5, resource = $6, folded = $7::jsonb,
    modified_at = $8::timestamptz, version = $9::bigint, member_count = $10::integer
where g.organization_id = muster.organization_id() and g.connection_id = muster.connection_id() and g.id = $1::uuid
