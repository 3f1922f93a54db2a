-- Removes a deactivated member from the teams to which they were added, and remembers these teams.
-- params: 1 member_id uuid
-- row: none
with gone as (
    delete from muster.team_member tm
    where tm.organization_id = muster.organization_id() and tm.member_id = $1::uuid
    returning tm.team_id, tm.added
)
insert into muster.team_member_parked (organization_id, team_id, member_id)
select muster.organization_id(), gone.team_id, $1::uuid
from gone
where gone.added
on conflict do nothing
