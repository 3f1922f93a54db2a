-- The groups that hold a group directly, locked in the order of their ids.
-- params: 1 group_id uuid
-- row: id uuid
select g.id
from muster.scim_group g
where g.organization_id = muster.organization_id() and g.connection_id = muster.connection_id()
      and g.id in (select gg.parent_id from muster.scim_group_group gg
                   where gg.organization_id = muster.organization_id() and gg.child_id = $1::uuid)
order by g.id
for update of g
