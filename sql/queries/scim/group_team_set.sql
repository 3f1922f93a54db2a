-- Links a group to another team. 23505: scim_group_team.
-- params: 1 group_id uuid, 2 team_id uuid
-- row: none
update muster.scim_group g set team_id = $2::uuid
where g.organization_id = muster.organization_id() and g.connection_id = muster.connection_id() and g.id = $1::uuid
