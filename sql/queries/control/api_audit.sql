-- One audit event of the control plane.
-- params: 1 event_id uuid? (null: any), 2 action text, 3 connection_id uuid?, 4 target_type text, 5 target_id uuid,
--         6 data jsonb, 7 request_id uuid, 8 client_address text?
-- row: audit void
select muster.audit(muster.organization_id(), $1::uuid, $2, $3::uuid, $4, $5::uuid, $6::jsonb, $7::uuid, $8) as audit
