create or replace function muster.object(t muster.team) returns json
    language sql stable
    as $$ select json_build_object('id', t.id, 'name', t.name,
        'member_count', (select count(*) from muster.team_member tm where tm.organization_id = t.organization_id and tm.team_id = t.id),
        'link', (select json_build_object('connection_id', g.connection_id, 'scim_group_id', g.id, 'display_name', g.display_name)
                 from muster.scim_group g where g.organization_id = t.organization_id and g.team_id = t.id),
        'created_at', muster.time_text(t.created_at)) $$;

comment on function muster.object(muster.team) is
'A team, with its link, as answers of the admin API and the command line have it.
Parameters: t: its row.
Returns: the object.
Locks: none.
Called by: statements that show teams.';
