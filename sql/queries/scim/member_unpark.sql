-- Adds a reactivated member to the remembered teams again.
-- params: 1 member_id uuid
-- row: none
with back as (
    delete from muster.team_member_parked p
    where p.organization_id = muster.organization_id() and p.member_id = $1::uuid
    returning p.team_id
)
insert into muster.team_member as tm (organization_id, team_id, member_id, linked, added)
select muster.organization_id(), back.team_id, $1::uuid, false, true
from back
on conflict (organization_id, team_id, member_id) do update set added = true
