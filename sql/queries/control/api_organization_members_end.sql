-- Ends the next members of an organization: deactivated, in no team (those they were added to are remembered), one
-- event each; the first one has the request's id.
-- params: 1 after uuid? (null: the first), 2 limit bigint, 3 request_id uuid, 4 client_address text?
-- row: id uuid, told void
with m as (
    select m.id from muster.member m
    where m.organization_id = muster.organization_id() and m.status = 'active' and m.id > case when $1::uuid is null then muster.installation() else $1::uuid end
    order by m.id limit $2::bigint
    for no key update
), ended as (
    update muster.member x set status = 'deactivated', updated_at = now()
    where x.organization_id = muster.organization_id() and x.id = any (array(select m.id from m)) -- each by its key
    returning x.id
), gone as (
    delete from muster.team_member tm
    where tm.organization_id = muster.organization_id() and tm.member_id = any (array(select m.id from m))
    returning tm.team_id, tm.member_id, tm.added
), parked as (
    insert into muster.team_member_parked (organization_id, team_id, member_id)
    select muster.organization_id(), gone.team_id, gone.member_id from gone where gone.added
    on conflict do nothing
), numbered as (
    select e.id, row_number() over (order by e.id) as n from ended e
)
select e.id,
       muster.audit(muster.organization_id(), case when e.n = 1 then $3::uuid end, 'member.deactivated', null, 'member', e.id,
                    '{"before": {"status": "active"}, "after": {"status": "deactivated"}}', $3::uuid, $4) as told
from numbered e
order by e.id
