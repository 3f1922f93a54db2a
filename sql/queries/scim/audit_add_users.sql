-- One audit event for each of several users, in their order.
-- params: 1 ids uuid[] (of the events), 2 action text, 3 user_ids uuid[], 4 data text[] (of each: a JSON object),
--         5 request_id uuid, 6 client_address text?
-- row: none
insert into muster.audit_event
select e.*
from unnest($1::uuid[], $3::uuid[], $4::text[]) u (event_id, id, data)
cross join lateral muster.event(muster.organization_id(), u.event_id, now(), $2, muster.connection_id(), 'scim_user', u.id,
                                u.data::jsonb, $5::uuid, $6) e
