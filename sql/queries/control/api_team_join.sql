-- Adds a member to a team, whatever groups say, and writes an event. A deactivated member is in no team: no row; none
-- either if the member was added before.
-- params: 1 team_id uuid, 2 member_id uuid, 3 event_id uuid? (null: any), 4 request_id uuid, 5 client_address text?
-- row: team_id uuid, told void
with joined as (
    insert into muster.team_member as tm (organization_id, team_id, member_id, linked, added)
    select m.organization_id, $1::uuid, m.id, false, true
    from muster.member m
    where m.organization_id = muster.organization_id() and m.id = $2::uuid and m.status = 'active'
    for share of m
    on conflict (organization_id, team_id, member_id) do update set added = true where not tm.added
    returning tm.team_id
)
select j.team_id, muster.audit(muster.organization_id(), $3::uuid, 'team.member_added', null, 'team', j.team_id,
                               jsonb_build_object('member', $2::uuid), $4::uuid, $5) as told
from joined j
