-- Removes all members from a group that is being deleted.
-- params: 1 group_id uuid
-- row: none
with users as (
    delete from muster.scim_group_user gu where gu.organization_id = muster.organization_id() and gu.group_id = $1::uuid
)
delete from muster.scim_group_group gg
where gg.organization_id = muster.organization_id() and gg.parent_id = $1::uuid
