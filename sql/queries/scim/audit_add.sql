-- One audit event.
-- params: 1 id uuid, 2 at timestamptz, 3 action text, 4 target_type text, 5 target_id uuid, 6 data jsonb,
--         7 request_id uuid, 8 client_address text?
-- row: none
insert into muster.audit_event
select * from muster.event(muster.organization_id(), $1::uuid, $2::timestamptz, $3, muster.connection_id(), $4, $5::uuid, $6::jsonb, $7::uuid, $8)
