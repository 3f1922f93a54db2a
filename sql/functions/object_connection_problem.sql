create or replace function muster.object(p muster.connection_problem) returns json
    language sql stable
    as $$ select json_build_object('code', p.code,
        'person', case p.kind
            when 'user' then (select json_build_object('type', p.kind, 'id', p.resource_id, 'name', coalesce(p.name, u.display_name, n.user_name),
                                                       'user_name', n.user_name, 'external_id', p.external_id)
                              from (values (1)) one
                              left join muster.scim_user u on u.organization_id = p.organization_id and u.id = p.resource_id
                              cross join lateral (select coalesce(p.user_name, u.former_user_name_key, u.user_name_key) as user_name) n)
            when 'group' then json_build_object('type', p.kind, 'id', p.resource_id,
                'name', coalesce(p.name, (select g.display_name from muster.scim_group g
                                          where g.organization_id = p.organization_id and g.id = p.resource_id)),
                'user_name', null, 'external_id', p.external_id) end,
        'token', (select json_build_object('id', t.id, 'name', t.name, 'prefix', t.prefix, 'revoked_at', muster.time_text(t.revoked_at),
                                           'expires_at', muster.time_text(t.expires_at))
                  from muster.token t
                  where p.kind = 'token' and t.organization_id = p.organization_id and t.id = p.resource_id),
        'reason', p.reason, 'method', p.method, 'what', p.what, 'status', p.status, 'detail', p.detail, 'count', p.count,
        'first', muster.time_text(p.first_at), 'last', muster.time_text(p.last_at), 'request_id', p.request_id) $$;

comment on function muster.object(muster.connection_problem) is
'A problem of a connection, or a refused token, as answers of the admin API and the command line have it.
Parameters: p: its row.
Returns: the object.
Locks: none.
Called by: api_connection_activity.';
