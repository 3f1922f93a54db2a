-- Stores the result of an attempt (muster.webhook_outcome); the parameters from time_scale on are the policy
-- (core/webhook/policy.h).
-- params: 1 organization_id uuid, 2 endpoint_id uuid, 3 target_id uuid, 4 lease uuid, 5 outcome text,
--         6 status integer?, 7 error text?, 8 duration_ms integer, 9 response text?,
--         10 retry_seconds double precision? (null: no more), 11 pause_seconds double precision?,
--         12 time_scale double precision, 13 circuit_failures integer, 14 circuit_seconds double precision,
--         15 circuit_longest double precision, 16 failing_days integer, 17 slow_seconds double precision
-- row: state text
select muster.webhook_outcome($1::uuid, $2::uuid, $3::uuid, $4::uuid, $5, $6::integer, $7, $8::integer, $9, $10::double precision,
                              $11::double precision, $12::double precision, $13::integer, $14::double precision,
                              $15::double precision, $16::integer, $17::double precision) as state
