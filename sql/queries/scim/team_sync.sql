-- Updates the teams of the given groups, and of every group above them, to hold the effective members among the given
-- users: active, live users of the group or of a group below it. Without groups: the groups that hold the users
-- directly. A user who is no longer in gets a row with neither linked nor added, which team_sweep deletes. Every row is
-- found by its whole key (lateral with offset 0, on conflict), so the work is linear whatever the planner's statistics
-- say.
-- params: 1 group_ids uuid[]? (null: those of the users), 2 user_ids uuid[],
--         3 below_ids uuid[]? (groups: their users and those of the groups below them count among the users)
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
    cross join lateral (select gg.parent_id from muster.scim_group_group gg
                        where gg.organization_id = muster.organization_id() and gg.child_id = a.id offset 0 /* each by its index */) p
    where a.depth < 3
), touched as (
    select distinct g.id, g.team_id
    from above a
    cross join lateral (select g.id, g.team_id from muster.scim_group g
                        where g.organization_id = muster.organization_id() and g.connection_id = muster.connection_id()
                              and g.id = a.id offset 0 /* each by its key */) g
), below (team_id, id, depth) as (
    select t.team_id, t.id, 1 from touched t
    union
    select null::uuid, g.id, 1 from unnest($3::uuid[]) g (id)
    union
    select b.team_id, c.child_id, b.depth + 1
    from below b
    cross join lateral (select gg.child_id from muster.scim_group_group gg
                        where gg.organization_id = muster.organization_id() and gg.parent_id = b.id offset 0 /* each by its index */) c
    where b.depth < 3
), people as (
    select u.id, u.member_id, u.active and u.removed_at is null as counts
    from (select p.id from unnest($2::uuid[]) p (id)
          union
          select m.user_id
          from below b
          cross join lateral (select gu.user_id from muster.scim_group_user gu
                              where gu.organization_id = muster.organization_id() and gu.group_id = b.id offset 0 /* each by its index */) m
          where b.team_id is null) x
    cross join lateral (select u.id, u.member_id, u.active, u.removed_at from muster.scim_user u
                        where u.organization_id = muster.organization_id() and u.connection_id = muster.connection_id()
                              and u.id = x.id offset 0 /* each by its key */) u
), goal as (
    select x.team_id, x.member_id, bool_or(x.belongs) as belongs
    from (select t.team_id, p.member_id, false as belongs from touched t cross join people p
          union all
          select b.team_id, p.member_id, true
          from people p
          cross join below b
          cross join lateral (select from muster.scim_group_user gu
                              where gu.organization_id = muster.organization_id() and gu.group_id = b.id and gu.user_id = p.id
                              offset 0 /* each by its key */) gu
          where p.counts and b.team_id is not null) x
    group by x.team_id, x.member_id
)
insert into muster.team_member as tm (organization_id, team_id, member_id, linked, added)
select muster.organization_id(), g.team_id, g.member_id, g.belongs, false
from goal g
on conflict (organization_id, team_id, member_id) do update set linked = excluded.linked where tm.linked <> excluded.linked
