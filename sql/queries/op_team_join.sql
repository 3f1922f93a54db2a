-- Adds a member to a team, whatever groups say. A deactivated member is in no team.
-- params: 1 organization_id uuid, 2 team_id uuid, 3 member_id uuid, 4 event_id uuid
-- row: team_id uuid
with j as (
    insert into muster.team_member as tm (organization_id, team_id, member_id, linked, added)
    select m.organization_id, $2::uuid, m.id, false, true
    from muster.member m
    where m.organization_id = $1::uuid and m.id = $3::uuid and m.status = 'active'
    for share of m
    on conflict (organization_id, team_id, member_id) do update set added = true
    returning tm.organization_id, tm.team_id, tm.member_id
), e as (
    insert into muster.audit_event (organization_id, id, at, action, actor_type, target_type, target_id, data, request_id)
    select j.organization_id, $4::uuid, now(), 'team.member_added', 'operator', 'team', j.team_id,
           jsonb_build_object('member', j.member_id), $4::uuid
    from j
)
select j.team_id from j
