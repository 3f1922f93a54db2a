-- Takes a member out of a team who was added by hand, also one whose place is kept for their return, and writes an
-- event. A place that a group holds stays: `held`.
-- params: 1 team_id uuid, 2 member_id uuid, 3 event_id uuid? (null: any), 4 request_id uuid, 5 client_address text?
-- row: held boolean, told void
with place as (
    select tm.linked from muster.team_member tm
    where tm.organization_id = muster.organization_id() and tm.team_id = $1::uuid and tm.member_id = $2::uuid
    for update
), parted as (
    delete from muster.team_member tm
    where tm.organization_id = muster.organization_id() and tm.team_id = $1::uuid and tm.member_id = $2::uuid and not tm.linked
    returning tm.team_id
), forgotten as (
    delete from muster.team_member_parked p
    where p.organization_id = muster.organization_id() and p.team_id = $1::uuid and p.member_id = $2::uuid
    returning p.team_id
)
select exists (select from place where place.linked) as held,
       (select muster.audit(muster.organization_id(), $3::uuid, 'team.member_removed', null, 'team', $1::uuid,
                            jsonb_build_object('member', $2::uuid), $4::uuid, $5)
        where exists (select from parted) or exists (select from forgotten)) as told
