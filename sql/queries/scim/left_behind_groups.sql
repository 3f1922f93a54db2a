-- A removed user leaves the groups that it could not leave before, or one of them, as in member_leave_groups; nothing
-- is left to be done there.
-- params: 1 user_id uuid, 2 at timestamptz, 3 request_id uuid, 4 client_address text?, 5 group_id uuid? (null: all)
-- row: none
with due as (
    delete from muster.left_behind b
    where b.organization_id = muster.organization_id() and b.user_id = $1::uuid and b.kind = 'group' and ($5::uuid is null or b.other_id = $5::uuid)
    returning b.other_id
), gone as (
    delete from muster.scim_group_user gu
    using due
    where gu.organization_id = muster.organization_id() and gu.group_id = due.other_id and gu.user_id = $1::uuid
    returning gu.group_id as id
), bumped as (
    update muster.scim_group g
    set version = g.version + 1, modified_at = $2::timestamptz, member_count = g.member_count - 1
    from gone
    where g.organization_id = muster.organization_id() and g.id = gone.id
    returning g.id
)
insert into muster.audit_event
select e.*
from (select bumped.id, muster.uuid7() as event_id from bumped) g
cross join lateral muster.event(muster.organization_id(), g.event_id, now(), 'scim.group.member_removed', muster.connection_id(),
                                'scim_group', g.id, jsonb_build_object('value', $1::uuid, 'type', 'User'), $3::uuid, $4) e
