-- Links a SCIM user to another member. 23505: scim_user_member.
-- params: 1 user_id uuid, 2 member_id uuid
-- row: none
update muster.scim_user u set member_id = $2::uuid
where u.organization_id = muster.organization_id() and u.connection_id = muster.connection_id() and u.id = $1::uuid
