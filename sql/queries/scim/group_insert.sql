-- A new SCIM group. 23505: scim_group_display_name, scim_group_team.
-- params: 1 id uuid, 2 team_id uuid, 3 display_name text, 4 display_name_key text, 5 display_name_unique text?,
--         6 external_id text?, 7 resource text, 8 folded jsonb, 9 at timestamptz, 10 member_count integer
-- row: none
insert into muster.scim_group (organization_id, connection_id, id, team_id, display_name, display_name_key, display_name_unique,
                               external_id, resource, folded, created_at, modified_at, member_count)
values (muster.organization_id(), muster.connection_id(), $1::uuid, $2::uuid, $3, $4, $5, $6, $7, $8::jsonb, $9::timestamptz,
        $9::timestamptz, $10::integer)
