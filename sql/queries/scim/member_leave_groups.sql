-- A user or a group that is deleted leaves the groups that have it, whose versions change; one audit event each.
-- params: 1 member_id uuid, 2 type text (User or Group), 3 at timestamptz, 4 request_id uuid, 5 client_address text?
-- row: none
with left_by_user as (
    delete from muster.scim_group_user gu
    where gu.organization_id = muster.organization_id() and gu.connection_id = muster.connection_id() and gu.user_id = $1::uuid
    returning gu.group_id as id
), left_by_group as (
    delete from muster.scim_group_group gg
    where gg.organization_id = muster.organization_id() and gg.child_id = $1::uuid
    returning gg.parent_id as id
), bumped as (
    update muster.scim_group g
    set version = g.version + 1, modified_at = $3::timestamptz, member_count = g.member_count - 1
    from (select id from left_by_user union all select id from left_by_group) gone
    where g.organization_id = muster.organization_id() and g.id = gone.id
    returning g.id
)
insert into muster.audit_event
select e.*
from (select bumped.id, muster.uuid7() as event_id from bumped) g
cross join lateral muster.event(muster.organization_id(), g.event_id, now(), 'scim.group.member_removed', muster.connection_id(),
                                'scim_group', g.id, jsonb_build_object('value', $1::uuid, 'type', $2::text), $4::uuid, $5) e
