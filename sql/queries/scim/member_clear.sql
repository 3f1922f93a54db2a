-- For a member whose link is removed: marks the team memberships that come only from links, so that they are deleted
-- unless another link makes them again.
-- params: 1 member_id uuid
-- row: none
update muster.team_member tm set linked = false
where tm.organization_id = muster.organization_id() and tm.member_id = $1::uuid and tm.linked
