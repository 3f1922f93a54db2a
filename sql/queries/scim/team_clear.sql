-- For a team whose link is removed: marks the members who come only from the link, so that they are removed unless
-- another link adds them again.
-- params: 1 team_id uuid
-- row: none
update muster.team_member tm set linked = false
where tm.organization_id = muster.organization_id() and tm.team_id = $1::uuid and tm.linked
