-- Changes what the object names. Names become unique, or cease to be, for groups that exist too. 23505: scim_group_display_name.
-- params: 1 id uuid, 2 changes jsonb, 3 event_id uuid
-- row: object json
with before as (
    select c.* from muster.connection c where c.id = $1::uuid
), c as (
    update muster.connection c
    set name = coalesce($2::jsonb ->> 'name', c.name),
        identity_provider = coalesce($2::jsonb ->> 'identity_provider', c.identity_provider),
        dialect = coalesce($2::jsonb ->> 'dialect', c.dialect), identity = coalesce($2::jsonb ->> 'identity', c.identity),
        email = coalesce($2::jsonb ->> 'email', c.email), linking = coalesce($2::jsonb ->> 'linking', c.linking),
        unknown_members = coalesce($2::jsonb ->> 'unknown_members', c.unknown_members),
        group_names = coalesce($2::jsonb ->> 'group_names', c.group_names), status = coalesce($2::jsonb ->> 'status', c.status)
    where c.id = $1::uuid
    returning *
), names as (
    update muster.scim_group g
    set display_name_unique = case c.group_names when 'unique' then g.display_name_key end
    from c, before
    where c.group_names <> before.group_names and g.organization_id = c.organization_id and g.connection_id = c.id
), e as (
    insert into muster.audit_event (organization_id, id, at, action, actor_type, connection_id, target_type, target_id, data, request_id)
    select c.organization_id, $3::uuid, now(), 'scim.connection.updated', 'operator', c.id, 'connection', c.id,
           jsonb_build_object('before', to_jsonb(before), 'after', to_jsonb(c)), $3::uuid
    from c, before
)
select json_build_object('id', c.id, 'organization_id', c.organization_id, 'name', c.name, 'identity_provider', c.identity_provider,
                         'dialect', c.dialect, 'identity', c.identity, 'email', c.email, 'linking', c.linking,
                         'unknown_members', c.unknown_members, 'group_names', c.group_names, 'status', c.status,
                         'created_at', muster.time_text(c.created_at)) as object from c
