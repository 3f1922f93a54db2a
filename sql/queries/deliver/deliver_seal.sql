-- Seals the next audit events and makes their deliveries (muster.audit_seal_next).
-- params: 1 from_place bigint, 2 most integer
-- row: busy boolean, sealed bigint, clear bigint, deliveries bigint
select * from muster.audit_seal_next($1::bigint, $2::integer)
