-- Reserves deliveries (muster.webhook_claim).
-- params: 1 most integer, 2 rest integer (that are no leavers), 3 width integer, 4 lease_seconds double precision,
--         5 worker integer, 6 behind uuid? (the endpoint whose turn was last; null: none)
-- row: organization_id uuid, id uuid, endpoint_id uuid, target_id uuid, sequence bigint, lease uuid, attempts integer,
--      endpoint_organization_id uuid, url text, format text, audience text, allow_private boolean, secret bytea,
--      previous_secret bytea
select * from muster.webhook_claim($1::integer, $2::integer, $3::integer, $4::double precision, $5::integer, coalesce($6::uuid, '00000000-0000-0000-0000-000000000000'))
