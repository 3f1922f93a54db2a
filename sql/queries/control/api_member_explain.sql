-- Explains a member: the member, and the last changes of status and role. api_member_explain_links, _teams and _sources
-- are in the same batch.
-- params: 1 email_key text, 2 id uuid? (null: by email)
-- row object: object json
-- row: status_event json, role_event json
select muster.object(m) as object,
       (select muster.object(e) from muster.audit_event e
        where e.organization_id = muster.organization_id()
              and e.target_id in (select m.id
                                  union all
                                  select u.id from muster.scim_user u
                                  where u.organization_id = muster.organization_id() and u.member_id = m.id)
              and e.action in ('member.added', 'member.erased', 'scim.user.provisioned', 'scim.user.deactivated',
                               'scim.user.reactivated', 'scim.user.deprovisioned')
        order by e.at desc, e.id desc limit 1) as status_event,
       (select muster.object(e) from muster.audit_event e
        where e.organization_id = muster.organization_id() and e.target_id = m.id
              and e.action in ('member.added', 'member.role_changed', 'organization.last_admin_kept')
        order by e.at desc, e.id desc limit 1) as role_event
from muster.member m
where m.organization_id = muster.organization_id()
      and m.id = case when $2::uuid is null then (select x.id from muster.member x
                                     where x.organization_id = muster.organization_id() and x.email_key = $1) else $2::uuid end
