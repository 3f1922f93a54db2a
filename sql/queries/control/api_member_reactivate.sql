-- Gives a member without an identity provider access again, with the teams that are remembered, and writes an event.
-- Somebody who is active stays as they are, without an event.
-- params: 1 id uuid, 2 event_id uuid? (null: any), 3 request_id uuid, 4 client_address text?
-- row: told void
with back as (
    update muster.member m set status = 'active', updated_at = now()
    where m.organization_id = muster.organization_id() and m.id = $1::uuid and m.status = 'deactivated'
    returning m.id
), places as (
    delete from muster.team_member_parked p using back
    where p.organization_id = muster.organization_id() and p.member_id = back.id
    returning p.team_id, p.member_id
), joined as (
    insert into muster.team_member as tm (organization_id, team_id, member_id, linked, added)
    select muster.organization_id(), places.team_id, places.member_id, false, true from places
    on conflict (organization_id, team_id, member_id) do update set added = true
)
select muster.audit(muster.organization_id(), $2::uuid, 'member.reactivated', null, 'member', b.id,
                    '{"before": {"status": "deactivated"}, "after": {"status": "active"}}', $3::uuid, $4) as told
from back b
