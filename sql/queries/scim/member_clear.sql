-- A member whose link goes: team memberships by links alone are swept away, or made again by another link.
-- params: 1 member_id uuid
-- row: none
update muster.team_member tm set linked = false
where tm.organization_id = muster.organization_id() and tm.member_id = $1::uuid and tm.linked
