-- A group that is deleted leaves the groups above it, whose versions change; one audit event each.
-- params: 1 group_id uuid, 2 at timestamptz, 3 request_id uuid, 4 client_address text?
-- row: none
with gone as (
    delete from muster.scim_group_group gg
    where gg.organization_id = muster.organization_id() and gg.child_id = $1::uuid
    returning gg.parent_id
), bumped as (
    update muster.scim_group g
    set version = g.version + 1, modified_at = $2::timestamptz, member_count = g.member_count - 1
    from gone
    where g.organization_id = muster.organization_id() and g.id = gone.parent_id
    returning g.id
)
insert into muster.audit_event
select e.*
from (select bumped.id, muster.uuid7() as event_id from bumped) g
cross join lateral muster.event(muster.organization_id(), g.event_id, $2::timestamptz, 'scim.group.member_removed', muster.connection_id(),
                                'scim_group', g.id, jsonb_build_object('value', $1::uuid, 'type', 'Group'), $3::uuid, $4) e
