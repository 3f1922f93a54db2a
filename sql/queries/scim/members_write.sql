-- Stores the results of an attribute mapping for members, with an event for each changed role.
-- params: 1 members jsonb (array of {id, first_name, last_name, display_name, external_id, organization_role,
--         public_metadata, before}),
--         2 first_id uuid? (of the first event, or null), 3 at timestamptz, 4 request_id uuid, 5 client_address text?
-- row: none
with w as (
    select w.*, row_number() over (order by w.id) as n
    from jsonb_to_recordset($1::jsonb) w (id uuid, first_name text, last_name text, display_name text, external_id text,
                                          organization_role text, public_metadata jsonb, before text)
), written as (
    update muster.member m
    set first_name = w.first_name, last_name = w.last_name, display_name = w.display_name, external_id = w.external_id,
        organization_role = w.organization_role, public_metadata = w.public_metadata, updated_at = $3::timestamptz
    from w
    where m.organization_id = muster.organization_id() and m.id = w.id
          and m.id = any (array(select w.id from w)) -- each by its key: how many they are is not known when it is planned
), changed as (
    select w.*, row_number() over (order by w.id) as k from w where w.before <> w.organization_role
)
insert into muster.audit_event
select e.*
from (select c.id, c.before, c.organization_role as after,
             case when c.k = 1 then coalesce($2::uuid, muster.uuid7()) else muster.uuid7() end as event_id
      from changed c) c
cross join lateral muster.event(muster.organization_id(), c.event_id, now(), 'member.role_changed', muster.connection_id(), 'member',
                                c.id, jsonb_build_object('before', c.before, 'after', c.after, 'by', 'attribute_mapping'), $4::uuid, $5) e
