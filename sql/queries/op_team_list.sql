-- The teams of an organization, by name.
-- params: 1 organization_id uuid
-- row: object json
select json_build_object('id', t.id, 'name', t.name, 'created_at', muster.time_text(t.created_at),
                         'link', (select json_build_object('connection_id', g.connection_id, 'scim_group_id', g.id,
                                                           'display_name', g.display_name)
                                  from muster.scim_group g where g.organization_id = t.organization_id and g.team_id = t.id),
                         'members', (select count(*) from muster.team_member tm
                                     where tm.organization_id = t.organization_id and tm.team_id = t.id)) as object
from muster.team t where t.organization_id = $1::uuid order by t.name_key
