create or replace function muster.object(m muster.member) returns json
    language sql stable
    as $$ select json_build_object('id', m.id, 'email', m.email, 'first_name', m.first_name, 'last_name', m.last_name,
        'display_name', m.display_name, 'status', m.status, 'organization_role', m.organization_role,
        'public_metadata', m.public_metadata, 'external_id', m.external_id,
        'teams', (select coalesce(json_agg(json_build_object('id', t.id, 'name', t.name) order by t.name), '[]')
                  from muster.team_member tm
                  cross join lateral (select t.id, t.name from muster.team t
                                      where t.organization_id = tm.organization_id and t.id = tm.team_id offset 0 /* each by its key */) t
                  where tm.organization_id = m.organization_id and tm.member_id = m.id),
        'links', (select coalesce(json_agg(json_build_object('connection_id', u.connection_id, 'scim_user_id', u.id,
                                                             'active', u.active) order by u.created_at), '[]')
                  from muster.scim_user u
                  where u.organization_id = m.organization_id and u.member_id = m.id and u.removed_at is null),
        'created_at', muster.time_text(m.created_at)) $$;

comment on function muster.object(muster.member) is
'A member, with teams and links, as answers of the admin API and the command line have it.
Parameters: m: its row.
Returns: the object.
Locks: none.
Called by: statements that show members, event_object.';
