-- One audit event for each member added to or removed from a group.
-- params: 1 first_id uuid? (of the first event, or null), 2 action text, 3 group_id uuid, 4 ids uuid[], 5 type text,
--         6 request_id uuid, 7 client_address text?
-- row: none
insert into muster.audit_event
select e.*
from (select m.id, case when m.n = 1 then coalesce($1::uuid, muster.uuid7()) else muster.uuid7() end as event_id
      from unnest($4::uuid[]) with ordinality m (id, n)) m
cross join lateral muster.event(muster.organization_id(), m.event_id, now(), $2, muster.connection_id(), 'scim_group', $3::uuid,
                                jsonb_build_object('value', m.id, 'type', $5::text), $6::uuid, $7) e
