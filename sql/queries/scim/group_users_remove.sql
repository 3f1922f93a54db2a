-- Removes users from a group.
-- params: 1 group_id uuid, 2 ids uuid[]
-- row: none
delete from muster.scim_group_user gu
where gu.organization_id = muster.organization_id() and gu.group_id = $1::uuid and gu.user_id = any ($2::uuid[])
