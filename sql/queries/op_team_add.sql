-- A team without a group. 23505: team_name.
-- params: 1 id uuid, 2 organization_id uuid, 3 name text, 4 name_key text
-- row: object json
with t as (
    insert into muster.team (organization_id, id, name, name_key) values ($2::uuid, $1::uuid, $3, $4) returning *
), e as (
    insert into muster.audit_event (organization_id, id, at, action, actor_type, target_type, target_id, data, request_id)
    select t.organization_id, t.id, now(), 'team.created', 'operator', 'team', t.id, jsonb_build_object('name', t.name), t.id
    from t
)
select json_build_object('id', t.id, 'name', t.name, 'created_at', muster.time_text(t.created_at),
                         'link', (select json_build_object('connection_id', g.connection_id, 'scim_group_id', g.id,
                                                           'display_name', g.display_name)
                                  from muster.scim_group g where g.organization_id = t.organization_id and g.team_id = t.id)) as object from t
