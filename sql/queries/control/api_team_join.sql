-- Adds a member to a team, whatever groups say. A deactivated member is in no team: no row.
-- params: 1 team_id uuid, 2 member_id uuid
-- row: team_id uuid
insert into muster.team_member as tm (organization_id, team_id, member_id, linked, added)
select m.organization_id, $1::uuid, m.id, false, true
from muster.member m
where m.organization_id = muster.organization_id() and m.id = $2::uuid and m.status = 'active'
for share of m
on conflict (organization_id, team_id, member_id) do update set added = true
returning tm.team_id
