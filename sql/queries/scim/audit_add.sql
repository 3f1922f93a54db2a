-- One audit event.
-- params: 1 id uuid, 2 action text, 3 target_type text, 4 target_id uuid, 5 data jsonb, 6 request_id uuid,
--         7 client_address text?
-- row: none
insert into muster.audit_event
select * from muster.event(muster.organization_id(), $1::uuid, now(), $2, muster.connection_id(), $3, $4::uuid, $5::jsonb, $6::uuid, $7)
