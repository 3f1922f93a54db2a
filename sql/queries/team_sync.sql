-- Makes the teams of the given groups, and of every group above them, hold the effective members among the given users: active, live users
-- of the group or of a group below it. Without groups: those that hold the users directly.
-- params: 1 group_ids uuid[] (null: those of the users), 2 user_ids uuid[], 3 below_ids uuid[] (groups: their users and those of the groups below them count among the users)
-- row: none
with recursive above (id, depth) as (
    select s.id, 1
    from (select unnest($1::uuid[]) as id
          union
          select gu.group_id
          from muster.scim_group_user gu
          where $1 is null and gu.organization_id = muster.organization_id() and gu.user_id = any ($2::uuid[])) s
    union
    select p.parent_id, a.depth + 1
    from above a
    join muster.scim_group_group p on p.organization_id = muster.organization_id() and p.child_id = a.id
    where a.depth < 3
), touched as (
    select distinct g.id, g.team_id
    from above a
    join muster.scim_group g on g.organization_id = muster.organization_id() and g.connection_id = muster.connection_id()
        and g.id = a.id
), below (team_id, id, depth) as (
    select t.team_id, t.id, 1 from touched t
    union
    select b.team_id, c.child_id, b.depth + 1
    from below b
    join muster.scim_group_group c on c.organization_id = muster.organization_id() and c.parent_id = b.id
    where b.depth < 3
), under (id, depth) as (
    select g.id, 1 from unnest($3::uuid[]) g (id)
    union
    select c.child_id, n.depth + 1
    from under n
    join muster.scim_group_group c on c.organization_id = muster.organization_id() and c.parent_id = n.id
    where n.depth < 3
), people as (
    select u.id, u.member_id, u.active and u.removed_at is null as counts
    from muster.scim_user u
    where u.organization_id = muster.organization_id() and u.connection_id = muster.connection_id()
          and u.id in (select p.id from unnest($2::uuid[]) p (id)
                       union
                       select gu.user_id
                       from under n
                       join muster.scim_group_user gu on gu.organization_id = muster.organization_id() and gu.group_id = n.id)
), effective as (
    select b.team_id, p.member_id
    from people p
    join muster.scim_group_user gu on gu.organization_id = muster.organization_id() and gu.user_id = p.id
    join below b on b.id = gu.group_id
    where p.counts
), goal as (
    -- One row for each team and person looked at, made by grouping, not by joining: linear whatever the planner expects.
    select x.team_id, x.member_id, bool_or(x.belongs) as belongs
    from (select t.team_id, p.member_id, false as belongs from touched t cross join people p
          union all
          select e.team_id, e.member_id, true from effective e) x
    group by x.team_id, x.member_id
), gone as (
    delete from muster.team_member tm
    using goal g
    where tm.organization_id = muster.organization_id() and tm.team_id = g.team_id and tm.member_id = g.member_id
          and tm.linked and not tm.added and not g.belongs
), unlinked as (
    update muster.team_member tm
    set linked = false
    from goal g
    where tm.organization_id = muster.organization_id() and tm.team_id = g.team_id and tm.member_id = g.member_id
          and tm.linked and tm.added and not g.belongs
)
insert into muster.team_member as tm (organization_id, team_id, member_id, linked, added)
select muster.organization_id(), g.team_id, g.member_id, true, false
from goal g
where g.belongs
on conflict (organization_id, team_id, member_id) do update set linked = true where not tm.linked
