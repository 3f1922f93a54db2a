-- A team whose group is deleted keeps its members.
-- params: 1 team_id uuid
-- row: none
update muster.team_member tm
set linked = false, added = true
where tm.organization_id = muster.organization_id() and tm.team_id = $1::uuid and tm.linked
