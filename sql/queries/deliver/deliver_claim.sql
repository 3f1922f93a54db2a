-- Reserves deliveries (muster.webhook_reserve).
-- params: 1 most integer, 2 free integer, 3 free_leavers integer, 4 turn integer, 5 width integer,
--         6 lease_seconds double precision, 7 slow_seconds double precision, 8 worker integer,
--         9 behind uuid? (the organization whose turn was last; null: none)
-- row: organization_id uuid, id uuid, endpoint_id uuid, target_id uuid, sequence bigint, lease uuid, attempts integer,
--      endpoint_organization_id uuid, url text, format text, audience text, allow_private boolean, secret bytea,
--      previous_secret bytea
select *
from muster.webhook_reserve($1::integer, $2::integer, $3::integer, $4::integer, $5::integer, $6::double precision, $7::double precision,
                            $8::integer, coalesce($9::uuid, muster.installation()))
