-- One audit event for each member added to or removed from a group.
-- params: 1 first_id uuid (of the first event, or null), 2 at timestamptz, 3 action text, 4 actor_id uuid, 5 group_id uuid, 6 ids uuid[], 7 type text, 8 request_id uuid, 9 client_address text
-- row: none
insert into muster.audit_event (organization_id, id, at, action, actor_type, actor_id, connection_id, target_type, target_id,
                                data, request_id, client_address)
select muster.organization_id(), case when m.n = 1 then coalesce($1::uuid, muster.uuid7()) else muster.uuid7() end,
       $2::timestamptz, $3, 'token', $4::uuid, muster.connection_id(), 'scim_group', $5::uuid,
       jsonb_build_object('value', m.id, 'type', $7::text), $8::uuid, $9
from unnest($6::uuid[]) with ordinality m (id, n)
