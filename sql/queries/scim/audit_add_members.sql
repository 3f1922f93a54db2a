-- One audit event for each member added to or removed from a group.
-- params: 1 first_id uuid? (of the first event, or null), 2 at timestamptz, 3 action text, 4 group_id uuid,
--         5 ids uuid[], 6 type text, 7 request_id uuid, 8 client_address text?
-- row: none
insert into muster.audit_event
select e.*
from (select m.id, case when m.n = 1 then coalesce($1::uuid, muster.uuid7()) else muster.uuid7() end as event_id
      from unnest($5::uuid[]) with ordinality m (id, n)) m
cross join lateral muster.event(muster.organization_id(), m.event_id, $2::timestamptz, $3, muster.connection_id(), 'scim_group', $4::uuid,
                                jsonb_build_object('value', m.id, 'type', $6::text), $7::uuid, $8) e
