-- Whether another group of the connection has a name.
-- params: 1 display_name_unique text, 2 id uuid? (of the group itself, null: none)
-- row: taken boolean
select exists (select from muster.scim_group g
               where g.organization_id = muster.organization_id() and g.connection_id = muster.connection_id()
                     and g.display_name_unique = $1 and g.id is distinct from $2::uuid) as taken
