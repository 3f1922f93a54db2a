-- The teams of a member, with the ways that lead there and the event that put them in: of a group's membership, of the
-- team's, or of the user; the event that added them besides, or that left them there when the group was deleted.
-- params: 1 email_key text, 2 id uuid? (null: by email)
-- row: teams json
with u as materialized (
    select u.id, u.removed_at is null and u.active as counts
    from muster.scim_user u
    where u.organization_id = muster.organization_id()
          and u.member_id = case when $2::uuid is null then (select x.id from muster.member x
                                                where x.organization_id = muster.organization_id() and x.email_key = $1) else $2::uuid end
), reach as materialized (
    select u.id as user_id, w.top, w.way
    from u
    cross join lateral muster.ways_to_user(u.id) w
    where u.counts
), named as (
    select r.user_id, r.top,
           (select json_agg(json_build_object('id', g.id, 'display_name', g.display_name) order by w.n)
            from unnest(r.way) with ordinality w (id, n)
            join muster.scim_group g on g.organization_id = muster.organization_id() and g.id = w.id) as way
    from reach r
), t as materialized (
    select t.id, t.name, tm.linked, tm.added, tm.created_at, tm.member_id, g.id as group_id
    from muster.team_member tm
    join muster.team t on t.organization_id = muster.organization_id() and t.id = tm.team_id
    left join muster.scim_group g on g.organization_id = muster.organization_id() and g.team_id = t.id
    where tm.organization_id = muster.organization_id()
          and tm.member_id = case when $2::uuid is null then (select x.id from muster.member x
                                                 where x.organization_id = muster.organization_id() and x.email_key = $1) else $2::uuid end
)
select coalesce(json_agg(json_build_object(
           'id', t.id, 'name', t.name, 'linked', t.linked, 'added', t.added, 'since', muster.time_text(t.created_at),
           'ways', (select coalesce(json_agg(json_build_object('scim_user_id', n.user_id, 'groups', n.way)), '[]')
                    from named n where t.linked and n.top = t.group_id),
           'event', j.object, 'added_event', a.object, 'kept_event', k.object) order by t.name), '[]') as teams
from t
left join lateral (select muster.object(e) as object, e.target_id from muster.audit_event e
                   where e.organization_id = muster.organization_id()
                         and e.at between t.created_at - interval '2 seconds' and t.created_at + interval '2 seconds'
                         and ((e.action = 'scim.group.member_added'
                               and (e.data ->> 'value' in (select u.id::text from u)
                                    or exists (select from reach r where r.top = t.group_id and e.target_id = any (r.way)
                                               and (e.data ->> 'value')::uuid = any (r.way)))
                               and (t.group_id is null
                                    or exists (select from reach r where r.top = t.group_id and e.target_id = any (r.way))))
                              or (e.action = 'team.member_added' and e.target_id = t.id
                                  and e.data ->> 'member' = t.member_id::text)
                              or (e.action in ('scim.user.provisioned', 'scim.user.linked', 'scim.user.reactivated')
                                  and e.target_id in (select u.id from u)))
                   order by e.action = 'team.member_added' desc, e.action = 'scim.group.member_added' desc, e.at desc, e.id desc
                   limit 1) j on true
left join lateral (select muster.object(e) as object from muster.audit_event e
                   where t.added and e.organization_id = muster.organization_id() and e.target_id = t.id
                         and e.action = 'team.member_added' and e.data ->> 'member' = t.member_id::text
                   order by e.at desc, e.id desc limit 1) a on true
left join lateral (select muster.object(e) as object from muster.audit_event e
                   where t.added and a.object is null and e.organization_id = muster.organization_id()
                         and e.target_id = j.target_id and e.action = 'scim.group.deleted'
                   order by e.at desc, e.id desc limit 1) k on true
