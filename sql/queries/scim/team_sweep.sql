-- Deletes the team memberships that team_sync left without a reason.
-- params: none
-- row: none
delete from muster.team_member tm
where tm.organization_id = muster.organization_id() and not tm.linked and not tm.added
