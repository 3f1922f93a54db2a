-- The number of levels from the topmost group down to this one, including it.
-- params: 1 group_id uuid?
-- row: levels integer
with recursive above (id, depth) as (
    select $1::uuid, 1
    union
    select p.parent_id, a.depth + 1
    from above a
    join muster.scim_group_group p on p.organization_id = muster.organization_id() and p.child_id = a.id
    where a.depth < 4
)
select max(a.depth) as levels from above a
