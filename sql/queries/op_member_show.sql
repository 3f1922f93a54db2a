-- One member by folded email or id.
-- params: 1 organization_id uuid, 2 email_key text, 3 id text
-- row: object json
select json_build_object('id', m.id, 'email', m.email, 'first_name', m.first_name, 'last_name', m.last_name,
                         'display_name', m.display_name, 'status', m.status, 'organization_role', m.organization_role,
                         'public_metadata', m.public_metadata, 'external_id', m.external_id,
                         'teams', (select coalesce(json_agg(json_build_object('id', t.id, 'name', t.name) order by t.name), '[]')
                                   from muster.team_member tm
                                   join muster.team t on t.organization_id = tm.organization_id and t.id = tm.team_id
                                   where tm.organization_id = m.organization_id and tm.member_id = m.id),
                         'links', (select coalesce(json_agg(json_build_object('connection_id', u.connection_id, 'scim_user_id', u.id,
                                                                              'active', u.active) order by u.created_at), '[]')
                                   from muster.scim_user u
                                   where u.organization_id = m.organization_id and u.member_id = m.id and u.removed_at is null),
                         'created_at', muster.time_text(m.created_at)) as object from muster.member m where m.organization_id = $1::uuid and (m.email_key = $2 or m.id::text = $3)
