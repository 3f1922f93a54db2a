-- All members and teams of the organization, and the number of the last sealed event, at one moment; if there are too
-- many members, only their number. It makes the objects of muster.object() for all members at once: their parts are
-- sorted together and not joined, because the planner has no statistics right after a first sync.
-- params: 1 most bigint (members)
-- row: sequence bigint, object json (null: there are more members)
with head as (
    select coalesce((select s.sequence from muster.audit_seal s
                     where s.organization_id = muster.organization_id() order by s.sequence desc limit 1), 0) as sequence,
           (select count(*) from (select from muster.member m
                                  where m.organization_id = muster.organization_id() limit $1::bigint + 1) m) <= $1::bigint as fits
)
select h.sequence, case when h.fits then json_build_object(
    'sequence', h.sequence,
    'members', (
        select coalesce(json_agg(json_build_object('id', (g.m).id, 'email', (g.m).email, 'first_name', (g.m).first_name,
                   'last_name', (g.m).last_name, 'display_name', (g.m).display_name, 'status', (g.m).status,
                   'organization_role', (g.m).organization_role, 'public_metadata', (g.m).public_metadata,
                   'external_id', (g.m).external_id, 'teams', coalesce(g.teams, '[]'), 'links', coalesce(g.links, '[]'),
                   'created_at', muster.time_text((g.m).created_at)) order by (g.m).id), '[]')
        from (select (array_agg(x.m) filter (where x.part = 'member'))[1] as m,
                     json_agg(x.object order by x.name) filter (where x.part = 'team') as teams,
                     json_agg(x.object order by x.at) filter (where x.part = 'link') as links
              from (select 'member' as part, m.id as member_id, m, null::json as object, null::text as name, null::timestamptz as at
                    from muster.member m
                    where m.organization_id = muster.organization_id()
                    union all
                    select 'team', tm.member_id, null, json_build_object('id', t.id, 'name', t.name), t.name, null
                    from muster.team_member tm
                    cross join lateral (select t.id, t.name from muster.team t
                                        where t.organization_id = tm.organization_id and t.id = tm.team_id limit 1) t
                    where tm.organization_id = muster.organization_id()
                    union all
                    select 'link', u.member_id, null, json_build_object('connection_id', u.connection_id, 'scim_user_id', u.id,
                                                                        'active', u.active), null, u.created_at
                    from muster.scim_user u
                    where u.organization_id = muster.organization_id() and u.removed_at is null) x
              group by x.member_id) g),
    'teams', (
        select coalesce(json_agg(json_build_object('id', t.id, 'name', t.name, 'member_ids',
                   (select coalesce(json_agg(tm.member_id order by tm.member_id), '[]') from muster.team_member tm
                    where tm.organization_id = t.organization_id and tm.team_id = t.id)) order by t.id), '[]')
        from muster.team t
        where t.organization_id = muster.organization_id())) end as object
from head h
