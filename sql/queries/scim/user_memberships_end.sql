-- A removed user leaves its groups, whose versions change; one audit event each.
-- params: 1 user_id uuid, 2 at timestamptz, 3 request_id uuid, 4 client_address text?
-- row: none
with gone as (
    delete from muster.scim_group_user gu
    where gu.organization_id = muster.organization_id() and gu.connection_id = muster.connection_id() and gu.user_id = $1::uuid
    returning gu.group_id
), bumped as (
    update muster.scim_group g
    set version = g.version + 1, modified_at = $2::timestamptz, member_count = g.member_count - 1
    from gone
    where g.organization_id = muster.organization_id() and g.id = gone.group_id
    returning g.id
)
insert into muster.audit_event
select e.*
from (select bumped.id, muster.uuid7() as event_id from bumped) g
cross join lateral muster.event(muster.organization_id(), g.event_id, $2::timestamptz, 'scim.group.member_removed', muster.connection_id(),
                                'scim_group', g.id, jsonb_build_object('value', $1::uuid, 'type', 'User'), $3::uuid, $4) e
