-- The tokens of an organization, oldest first.
-- params: 1 organization_id uuid
-- row: object json
select json_build_object('id', t.id, 'organization_id', t.organization_id, 'connection_id', t.connection_id, 'name', t.name,
                         'prefix', t.prefix, 'created_at', muster.time_text(t.created_at), 'expires_at', muster.time_text(t.expires_at),
                         'revoked_at', muster.time_text(t.revoked_at), 'last_used_at', muster.time_text(t.last_used_at)) as object from muster.token t where t.organization_id = $1::uuid order by t.created_at, t.id
