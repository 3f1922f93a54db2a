-- Deletes an empty group.
-- params: 1 id uuid
-- row: none
delete from muster.scim_group g
where g.organization_id = muster.organization_id() and g.connection_id = muster.connection_id() and g.id = $1::uuid
