-- One team by folded name or id, with its people.
-- params: 1 organization_id uuid, 2 name_key text, 3 id text
-- row: object json
select json_build_object('id', t.id, 'name', t.name, 'created_at', muster.time_text(t.created_at),
                         'link', (select json_build_object('connection_id', g.connection_id, 'scim_group_id', g.id,
                                                           'display_name', g.display_name)
                                  from muster.scim_group g where g.organization_id = t.organization_id and g.team_id = t.id),
                         'members', (select coalesce(json_agg(json_build_object('id', m.id, 'email', m.email, 'status', m.status,
                                                                                'linked', tm.linked, 'added', tm.added)
                                                              order by m.email, m.id), '[]')
                                     from muster.team_member tm
                                     join muster.member m on m.organization_id = tm.organization_id and m.id = tm.member_id
                                     where tm.organization_id = t.organization_id and tm.team_id = t.id)) as object
from muster.team t where t.organization_id = $1::uuid and (t.name_key = $2 or t.id::text = $3)
