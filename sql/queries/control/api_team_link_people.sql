-- What a change of a team's link would do to its people: who would join, leave and stay (the first twenty of each), how
-- many of those who stay were added by hand and are in the group, too, how many the group has, which group the team has
-- now, and the team that the group has now, with how many would be left in it. The people of a group are those whom its
-- team has by the link.
-- params: 1 team_id uuid, 2 group_id uuid? (null: the link ends, and everybody stays)
-- row object: object json
with g as materialized (
    select g.id, g.team_id
    from muster.scim_group g
    where g.organization_id = muster.organization_id() and g.id = $2::uuid
), own as materialized (
    select tm.member_id, tm.added
    from muster.team_member tm
    where tm.organization_id = muster.organization_id() and tm.team_id = $1::uuid
), theirs as materialized (
    select tm.member_id
    from g
    cross join lateral (select tm.member_id from muster.team_member tm
                        where tm.organization_id = muster.organization_id() and tm.team_id = g.team_id and tm.linked
                        offset 0 /* those of one team */) tm
), x as materialized (
    select coalesce(own.member_id, theirs.member_id) as member_id,
           case when own.member_id is null then 'join'
                when $2::uuid is null or own.added or theirs.member_id is not null then 'stay'
                else 'leave' end as does,
           coalesce(own.added, false) and theirs.member_id is not null as both
    from own
    full join theirs on theirs.member_id = own.member_id
), told as (
    select w.does, (select count(*) from x where x.does = w.does) as n,
           (select json_agg(json_build_object('id', m.id, 'email', m.email, 'first_name', m.first_name,
                                              'last_name', m.last_name, 'display_name', m.display_name))
            from (select x.member_id from x where x.does = w.does order by x.member_id limit 20) f
            cross join lateral (select m.* from muster.member m
                                where m.organization_id = muster.organization_id() and m.id = f.member_id offset 0 /* each by its key */) m) as first
    from (values ('join'), ('leave'), ('stay')) w (does)
)
select json_build_object(
           'people', (select json_object_agg(t.does, json_build_object('count', t.n, 'first', coalesce(t.first, '[]'))) from told t),
           'by_group', (select count(*) from theirs), 'both', (select count(*) from x where x.both),
           'other_group', (select json_build_object('scim_group_id', o.id, 'display_name', o.display_name)
                           from muster.scim_group o
                           where o.organization_id = muster.organization_id() and o.team_id = $1::uuid
                                 and ($2::uuid is null or o.id <> $2::uuid)),
           'old_team', (select json_build_object('id', t.id, 'name', t.name,
                                                 'left', (select count(*) from muster.team_member tm
                                                          where tm.organization_id = muster.organization_id() and tm.team_id = t.id and tm.added))
                        from g
                        cross join lateral (select t.id, t.name from muster.team t
                                            where t.organization_id = muster.organization_id() and t.id = g.team_id and t.id <> $1::uuid
                                            offset 0 /* by its key */) t)) as object
