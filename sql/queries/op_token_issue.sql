-- A new token of a connection.
-- params: 1 id uuid, 2 organization_id uuid, 3 connection_id uuid, 4 name text, 5 hash text (hex), 6 prefix text, 7 expires_at timestamptz
-- row: object json
with t as (
    insert into muster.token (id, organization_id, connection_id, name, hash, prefix, expires_at)
    values ($1::uuid, $2::uuid, $3::uuid, $4, decode($5, 'hex'), $6, $7::timestamptz)
    returning *
), e as (
    insert into muster.audit_event (organization_id, id, at, action, actor_type, connection_id, target_type, target_id, data, request_id)
    select t.organization_id, t.id, now(), 'scim.token.issued', 'operator', t.connection_id, 'token', t.id,
           jsonb_build_object('name', t.name, 'prefix', t.prefix, 'expires_at', t.expires_at), t.id
    from t
)
select json_build_object('id', t.id, 'organization_id', t.organization_id, 'connection_id', t.connection_id, 'name', t.name,
                         'prefix', t.prefix, 'created_at', muster.time_text(t.created_at), 'expires_at', muster.time_text(t.expires_at),
                         'revoked_at', muster.time_text(t.revoked_at), 'last_used_at', muster.time_text(t.last_used_at)) as object from t
