-- Every SCIM user of a member, with its last change of status.
-- params: 1 email_key text, 2 id uuid? (null: by email)
-- row: links json
select coalesce(json_agg(json_build_object('connection_id', u.connection_id, 'connection', c.name, 'scim_user_id', u.id,
                                           'user_name', u.resource::json ->> 'userName', 'active', u.active,
                                           'since', muster.time_text(coalesce(e.at, u.created_at)),
                                           'removed_at', muster.time_text(u.removed_at), 'event', e.object)
                         order by u.created_at, u.id), '[]') as links
from muster.scim_user u
join muster.connection c on c.organization_id = muster.organization_id() and c.id = u.connection_id
left join lateral (select e.at, muster.object(e) as object from muster.audit_event e
                   where e.organization_id = muster.organization_id() and e.target_id = u.id
                         and e.action in ('scim.user.provisioned', 'scim.user.linked', 'scim.user.deactivated',
                                          'scim.user.reactivated', 'scim.user.deprovisioned')
                   order by e.at desc, e.id desc limit 1) e on true
where u.organization_id = muster.organization_id()
      and u.member_id = case when $2::uuid is null then (select x.id from muster.member x
                                            where x.organization_id = muster.organization_id() and x.email_key = $1) else $2::uuid end
