-- Removes a team that no group fills, with the places in it, and writes an event with what it was. Its row must be
-- locked. No row: there is no such team, or a group fills it.
-- params: 1 id uuid, 2 event_id uuid? (null: any), 3 request_id uuid, 4 client_address text?
-- row: id uuid, told void
with free as (
    select t.id, t.name from muster.team t
    where t.organization_id = muster.organization_id() and t.id = $1::uuid
          and not exists (select from muster.scim_group g where g.organization_id = muster.organization_id() and g.team_id = $1::uuid)
), emptied as (
    delete from muster.team_member tm using free
    where tm.organization_id = muster.organization_id() and tm.team_id = free.id
    returning tm.member_id
), forgotten as (
    delete from muster.team_member_parked p using free
    where p.organization_id = muster.organization_id() and p.team_id = free.id
), gone as (
    delete from muster.team t using free
    where t.organization_id = muster.organization_id() and t.id = free.id
    returning t.id
)
select gone.id,
       muster.audit(muster.organization_id(), $2::uuid, 'team.removed', null, 'team', gone.id,
                    jsonb_build_object('name', free.name, 'member_count', (select count(*) from emptied)), $3::uuid, $4) as told
from gone, free
