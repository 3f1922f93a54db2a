-- The connection of a SCIM group, or of the one that a team is linked to.
-- params: 1 group_id uuid? (null: by the team), 2 team_id uuid
-- row: id uuid, connection_id uuid
select g.id, g.connection_id from muster.scim_group g
where g.organization_id = muster.organization_id() and (g.id = $1::uuid or $1::uuid is null and g.team_id = $2::uuid)
