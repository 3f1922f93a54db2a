-- The connection of a live SCIM user that is linked to a member.
-- params: 1 user_id uuid, 2 member_id uuid
-- row: connection_id uuid
select u.connection_id from muster.scim_user u
where u.organization_id = muster.organization_id() and u.id = $1::uuid and u.member_id = $2::uuid and u.removed_at is null
