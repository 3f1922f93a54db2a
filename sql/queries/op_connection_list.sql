-- The connections of an organization, oldest first.
-- params: 1 organization_id uuid
-- row: object json
select json_build_object('id', c.id, 'organization_id', c.organization_id, 'name', c.name, 'identity_provider', c.identity_provider,
                         'dialect', c.dialect, 'identity', c.identity, 'email', c.email, 'linking', c.linking,
                         'unknown_members', c.unknown_members, 'group_names', c.group_names, 'status', c.status,
                         'created_at', muster.time_text(c.created_at)) as object from muster.connection c where c.organization_id = $1::uuid order by c.created_at, c.id
