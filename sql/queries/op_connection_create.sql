-- A new connection of an organization; what the object does not name has its default.
-- params: 1 id uuid, 2 organization_id uuid, 3 fields jsonb
-- row: object json
with c as (
    insert into muster.connection (organization_id, id, name, identity_provider, dialect, identity, email, linking, unknown_members,
                                   group_names, status)
    values ($2::uuid, $1::uuid, coalesce($3::jsonb ->> 'name', $3::jsonb ->> 'identity_provider', 'generic'),
            coalesce($3::jsonb ->> 'identity_provider', 'generic'), coalesce($3::jsonb ->> 'dialect', 'lenient'),
            coalesce($3::jsonb ->> 'identity', 'immutable'), coalesce($3::jsonb ->> 'email', 'required'),
            coalesce($3::jsonb ->> 'linking', 'auto'), coalesce($3::jsonb ->> 'unknown_members', 'refuse'),
            coalesce($3::jsonb ->> 'group_names', 'unique'), coalesce($3::jsonb ->> 'status', 'active'))
    returning *
), e as (
    insert into muster.audit_event (organization_id, id, at, action, actor_type, connection_id, target_type, target_id, data, request_id)
    select c.organization_id, $1::uuid, now(), 'scim.connection.created', 'operator', c.id, 'connection', c.id,
           jsonb_build_object('after', to_jsonb(c)), $1::uuid
    from c
)
select json_build_object('id', c.id, 'organization_id', c.organization_id, 'name', c.name, 'identity_provider', c.identity_provider,
                         'dialect', c.dialect, 'identity', c.identity, 'email', c.email, 'linking', c.linking,
                         'unknown_members', c.unknown_members, 'group_names', c.group_names, 'status', c.status,
                         'created_at', muster.time_text(c.created_at)) as object from c
