-- A team whose link goes: who was in it by the link alone is swept away, or made a member again by another link.
-- params: 1 team_id uuid
-- row: none
update muster.team_member tm set linked = false
where tm.organization_id = muster.organization_id() and tm.team_id = $1::uuid and tm.linked
