-- New SCIM users. 23505: scim_user_user_name, scim_user_external_id, scim_user_member.
-- params: 1 ids uuid[], 2 member_ids uuid[], 3 actives boolean[], 4 user_name_keys text[], 5 external_ids text[]?,
--         6 external_ids_unique text[]?, 7 email_keys text[]?, 8 display_names text[]?, 9 manager_ids uuid[]?,
--         10 resources text[], 11 folded text[] (each a JSON object), 12 at timestamptz
-- row: none
insert into muster.scim_user (organization_id, connection_id, id, member_id, active, user_name_key, external_id,
                              external_id_unique, email_key, display_name, manager_id, resource, folded, created_at, modified_at)
select muster.organization_id(), muster.connection_id(), n.id, n.member_id, n.active, n.user_name_key, n.external_id,
       n.external_id_unique, n.email_key, n.display_name, n.manager_id, n.resource, n.folded::jsonb, $12::timestamptz, $12::timestamptz
from unnest($1::uuid[], $2::uuid[], $3::boolean[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::uuid[], $10::text[],
            $11::text[])
     n (id, member_id, active, user_name_key, external_id, external_id_unique, email_key, display_name, manager_id, resource, folded)
