-- Explains a member in one statement, so that all of it is of one moment: the member, and the last changes of status
-- and role; every SCIM user, with its last change of status; the teams, with the ways that lead there and the event
-- that put them in (of a group's membership, of the team's, or of the user), the event that added them besides, or
-- that left them there when the group was deleted; and what the attribute mapping reads, as members_read has it.
-- params: 1 email_key text, 2 id uuid? (null: by email)
-- row object: object json
-- row: status_event json, role_event json, links json, teams json, sources json
with m as materialized (
    select m.id, m as row
    from muster.member m
    where m.organization_id = muster.organization_id()
          and m.id = case when $2::uuid is null then (select x.id from muster.member x
                                         where x.organization_id = muster.organization_id() and x.email_key = $1) else $2::uuid end
), u as materialized (
    select u.id, u.connection_id, c.name as connection, c.created_at as connected_at, u.resource::json as resource, u.active, u.created_at, u.removed_at,
           u.removed_at is null and u.active as counts
    from m
    join muster.scim_user u on u.organization_id = muster.organization_id() and u.member_id = m.id
    join muster.connection c on c.organization_id = muster.organization_id() and c.id = u.connection_id
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
    from m
    join muster.team_member tm on tm.organization_id = muster.organization_id() and tm.member_id = m.id
    join muster.team t on t.organization_id = muster.organization_id() and t.id = tm.team_id
    left join muster.scim_group g on g.organization_id = muster.organization_id() and g.team_id = t.id
)
select muster.object(m.row) as object,
       (select muster.object(e) from muster.audit_event e
        where e.organization_id = muster.organization_id()
              and e.target_id in (select m.id union all select u.id from u)
              and e.action in ('member.added', 'member.deactivated', 'member.reactivated', 'member.erased', 'scim.user.provisioned',
                               'scim.user.deactivated', 'scim.user.reactivated', 'scim.user.deprovisioned')
        order by e.at desc, e.id desc limit 1) as status_event,
       (select muster.object(e) from muster.audit_event e
        where e.organization_id = muster.organization_id() and e.target_id = m.id
              and e.action in ('member.added', 'member.role_changed', 'organization.last_admin_kept')
        order by e.at desc, e.id desc limit 1) as role_event,
       (select coalesce(json_agg(json_build_object('connection_id', u.connection_id, 'connection', u.connection, 'scim_user_id', u.id,
                                                   'user_name', u.resource ->> 'userName', 'active', u.active,
                                                   'since', muster.time_text(coalesce(e.at, u.created_at)),
                                                   'removed_at', muster.time_text(u.removed_at), 'event', e.object)
                                 order by u.created_at, u.id), '[]')
        from u
        left join lateral (select e.at, muster.object(e) as object from muster.audit_event e
                           where e.organization_id = muster.organization_id() and e.target_id = u.id
                                 and e.action in ('scim.user.provisioned', 'scim.user.linked', 'scim.user.deactivated',
                                                  'scim.user.reactivated', 'scim.user.deprovisioned')
                           order by e.at desc, e.id desc limit 1) e on true) as links,
       (select coalesce(json_agg(json_build_object(
                   'id', t.id, 'name', t.name, 'linked', t.linked, 'added', t.added, 'since', muster.time_text(t.created_at),
                   'ways', (select coalesce(json_agg(json_build_object('scim_user_id', n.user_id, 'groups', n.way)), '[]')
                            from named n where t.linked and n.top = t.group_id),
                   'event', j.object, 'added_event', a.object, 'kept_event', k.object) order by t.name), '[]')
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
                                          and e.target_id in (select u.id from u))
                                      or (e.action = 'member.reactivated' and e.target_id = t.member_id))
                           order by e.action = 'team.member_added' desc, e.action = 'scim.group.member_added' desc, e.at desc, e.id desc
                           limit 1) j on true
        left join lateral (select muster.object(e) as object from muster.audit_event e
                           where t.added and e.organization_id = muster.organization_id() and e.target_id = t.id
                                 and e.action = 'team.member_added' and e.data ->> 'member' = t.member_id::text
                           order by e.at desc, e.id desc limit 1) a on true
        left join lateral (select muster.object(e) as object from muster.audit_event e
                           where t.added and a.object is null and e.organization_id = muster.organization_id()
                                 and e.target_id = j.target_id and e.action = 'scim.group.deleted'
                           order by e.at desc, e.id desc limit 1) k on true) as teams,
       (select coalesce(json_agg(json_build_object(
                   'connection_id', u.connection_id, 'connection', u.connection, 'scim_user_id', u.id, 'resource', u.resource,
                   'groups', (select json_agg(json_build_object('value', g.id, 'display', g.display_name) order by g.created_at, g.id)
                              from muster.scim_group g
                              where g.organization_id = muster.organization_id()
                                    and g.id in (select r.top from reach r where r.user_id = u.id)))
                                 order by u.connected_at, u.connection_id), '[]')
        from u
        where u.counts) as sources
from m
