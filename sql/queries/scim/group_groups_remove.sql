-- Removes groups from a group.
-- params: 1 group_id uuid, 2 ids uuid[]
-- row: none
delete from muster.scim_group_group gg
where gg.organization_id = muster.organization_id() and gg.parent_id = $1::uuid and gg.child_id = any ($2::uuid[])
