-- A new token of a connection, and its event.
-- params: 1 id uuid, 2 connection_id uuid, 3 hash text (hex), 4 prefix text,
--         5 fields jsonb (name, expires_at, scope, allowed_addresses, rate, burst), 6 event_id uuid? (null: any),
--         7 request_id uuid, 8 client_address text?
-- row object: object json
-- row: told void
with t as (
    insert into muster.token as t (id, organization_id, connection_id, name, hash, prefix, expires_at, scope, allowed_addresses, rate, burst)
    select $1::uuid, muster.organization_id(), $2::uuid, f.name, decode($3, 'hex'), $4, f.expires_at, f.scope, f.allowed_addresses::cidr[], f.rate, f.burst
    from jsonb_to_record('{"name": "token", "scope": "full"}'::jsonb || $5::jsonb)
         f (name text, expires_at timestamptz, scope text, allowed_addresses text[], rate integer, burst integer)
    returning t
), shown as materialized ( -- once for all that reads it
    select muster.object(t.t) as object from t
)
select s.object,
       muster.audit(muster.organization_id(), $6::uuid, 'scim.token.issued', $2::uuid, 'token', $1::uuid, s.object::jsonb, $7::uuid, $8) as told
from shown s
