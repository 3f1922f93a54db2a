-- The users of groups and of those below them, by id, from one on.
-- params: 1 group_ids uuid[], 2 after uuid, 3 limit bigint?
-- row: id uuid
with recursive below (id, depth) as (
    select n.id, 1 from unnest($1::uuid[]) n (id)
    union
    select c.child_id, b.depth + 1
    from below b
    cross join lateral (select gg.child_id from muster.scim_group_group gg
                        where gg.organization_id = muster.organization_id() and gg.parent_id = b.id offset 0 /* each by its index */) c
    where b.depth < 3
)
select x.user_id as id
from (select distinct b.id from below b) g
cross join lateral (select gu.user_id from muster.scim_group_user gu
                    where gu.organization_id = muster.organization_id() and gu.group_id = g.id and gu.user_id > $2::uuid offset 0 /* each by its index */) x
group by x.user_id
order by x.user_id
limit $3::bigint
