-- One audit event of the operator in the tenant of this transaction.
-- params: 1 id uuid, 2 action text, 3 target_type text, 4 target_id uuid, 5 data jsonb, 6 request_id uuid
-- row: none
insert into muster.audit_event (organization_id, id, at, action, actor_type, connection_id, target_type, target_id, data, request_id)
values (muster.organization_id(), $1::uuid, now(), $2, 'operator', muster.connection_id(), $3, $4::uuid, $5::jsonb, $6::uuid)
