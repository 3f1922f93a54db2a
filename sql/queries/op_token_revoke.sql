-- Revokes a token; once more changes nothing.
-- params: 1 id text, 2 event_id uuid
-- row: object json
with t as (
    update muster.token t set revoked_at = coalesce(t.revoked_at, now()) where t.id::text = $1 returning *
), e as (
    insert into muster.audit_event (organization_id, id, at, action, actor_type, connection_id, target_type, target_id, data, request_id)
    select t.organization_id, $2::uuid, now(), 'scim.token.revoked', 'operator', t.connection_id, 'token', t.id,
           jsonb_build_object('name', t.name, 'prefix', t.prefix), $2::uuid
    from t
)
select json_build_object('id', t.id, 'organization_id', t.organization_id, 'connection_id', t.connection_id, 'name', t.name,
                         'prefix', t.prefix, 'created_at', muster.time_text(t.created_at), 'expires_at', muster.time_text(t.expires_at),
                         'revoked_at', muster.time_text(t.revoked_at), 'last_used_at', muster.time_text(t.last_used_at)) as object from t
