-- Records a refused request of the tenant's token; after tenant_set.
-- params: 1 id uuid, 2 token_id uuid, 3 connection_id uuid, 4 target_type text, 5 target_id uuid, 6 data jsonb,
--         7 request_id uuid, 8 client_address text?
-- row: none
insert into muster.audit_event
select * from muster.event(muster.organization_id(), $1::uuid, now(), 'scim.request.refused', $3::uuid, $4, $5::uuid, $6::jsonb, $7::uuid, $8,
                           'token', $2::uuid)
