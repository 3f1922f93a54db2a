-- Takes away what team_sync has left without a reason to be there.
-- params: none
-- row: none
delete from muster.team_member tm
where tm.organization_id = muster.organization_id() and not tm.linked and not tm.added
