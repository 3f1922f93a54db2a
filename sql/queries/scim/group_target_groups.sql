-- The groups that a change of members names or (with all_members) that are members, with the effects of nesting them:
-- how deep they go (down), and whether they contain the group (circle).
-- params: 1 group_id uuid? (null: a new group), 2 ids uuid[], 3 all_members boolean
-- row target: id uuid, display_name text, present boolean
-- row: down integer, circle boolean
with recursive named (id) as (
    select n.id from unnest($2::uuid[]) n (id)
    union
    select gg.child_id
    from muster.scim_group_group gg
    where $3::boolean and gg.organization_id = muster.organization_id() and gg.parent_id = $1::uuid
), below (root, display_name, id, depth) as (
    select g.id, g.display_name, g.id, 1
    from named n
    join muster.scim_group g on g.organization_id = muster.organization_id() and g.connection_id = muster.connection_id()
        and g.id = n.id
    union
    select b.root, b.display_name, c.child_id, b.depth + 1
    from below b
    join muster.scim_group_group c on c.organization_id = muster.organization_id() and c.parent_id = b.id
    where b.depth < 4
)
select b.root as id, coalesce(p.display, b.display_name) as display_name, p.child_id is not null as present,
       max(b.depth) as down, coalesce(bool_or(b.id = $1::uuid), false) as circle
from below b
left join muster.scim_group_group p on p.organization_id = muster.organization_id() and p.parent_id = $1::uuid and p.child_id = b.root
group by b.root, b.display_name, p.child_id, p.display
