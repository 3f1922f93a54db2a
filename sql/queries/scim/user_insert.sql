-- A new SCIM user, and what answers for one who has no manager: nobody has put it into a group yet. 23505:
-- scim_user_user_name, scim_user_external_id, scim_user_member.
-- params: 1 id uuid, 2 member_id uuid, 3 active boolean, 4 user_name_key text, 5 external_id text?,
--         6 external_id_unique text?, 7 email_key text?, 8 display_name text?, 9 manager_id uuid?, 10 resource text,
--         11 folded jsonb, 12 at timestamptz
-- row scim: id uuid, version bigint, resource text, created_ms bigint, modified_ms bigint, computed text,
--           manager_found uuid, manager_display text
insert into muster.scim_user (organization_id, connection_id, id, member_id, active, user_name_key, external_id,
                              external_id_unique, email_key, display_name, manager_id, resource, folded, created_at, modified_at)
values (muster.organization_id(), muster.connection_id(), $1::uuid, $2::uuid, $3::boolean, $4, $5, $6, $7, $8, $9::uuid, $10,
        $11::jsonb, $12::timestamptz, $12::timestamptz)
returning id, version, resource, (date_part('epoch', created_at) * 1000)::bigint as created_ms,
          (date_part('epoch', modified_at) * 1000)::bigint as modified_ms, null::text as computed, null::uuid as manager_found,
          null::text as manager_display
