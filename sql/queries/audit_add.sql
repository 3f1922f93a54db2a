-- One audit event.
-- params: 1 id uuid, 2 at timestamptz, 3 action text, 4 actor_id uuid, 5 target_type text, 6 target_id uuid, 7 data jsonb, 8 request_id uuid, 9 client_address text
-- row: none
insert into muster.audit_event (organization_id, id, at, action, actor_type, actor_id, connection_id, target_type, target_id,
                                data, request_id, client_address)
values (muster.organization_id(), $1::uuid, $2::timestamptz, $3, 'token', $4::uuid, muster.connection_id(), $5, $6::uuid,
        $7::jsonb, $8::uuid, $9)
