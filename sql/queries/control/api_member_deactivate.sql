-- Ends a member without an identity provider: deactivated, in no team (those they were added to are remembered), with
-- an event. Somebody who is not active stays as they are, without an event.
-- params: 1 id uuid, 2 event_id uuid? (null: any), 3 request_id uuid, 4 client_address text?
-- row: told void
with ended as (
    update muster.member m set status = 'deactivated', updated_at = now()
    where m.organization_id = muster.organization_id() and m.id = $1::uuid and m.status = 'active'
    returning m.id
), gone as (
    delete from muster.team_member tm using ended
    where tm.organization_id = muster.organization_id() and tm.member_id = ended.id
    returning tm.team_id, tm.member_id, tm.added
), parked as (
    insert into muster.team_member_parked (organization_id, team_id, member_id)
    select muster.organization_id(), gone.team_id, gone.member_id from gone where gone.added
    on conflict do nothing
)
select muster.audit(muster.organization_id(), $2::uuid, 'member.deactivated', null, 'member', e.id,
                    '{"before": {"status": "active"}, "after": {"status": "deactivated"}}', $3::uuid, $4) as told
from ended e
