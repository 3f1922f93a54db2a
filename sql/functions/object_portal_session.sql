create or replace function muster.object(s muster.portal_session) returns json
    language sql stable
    as $$ select json_build_object('id', s.id, 'organization_id', s.organization_id, 'permissions', s.permissions, 'for', s.person,
        'screens', coalesce(s.screens, '{provisioning,mapping,domains,members,teams,audit,settings}'), 'return_url', s.return_url,
        'allow_loosen_linking', s.allow_loosen_linking, 'embedded', s.embedded, 'created_at', muster.time_text(s.created_at),
        'link_expires_at', muster.time_text(s.link_expires_at), 'opened_at', muster.time_text(s.opened_at),
        'idle_ends_at', muster.time_text(muster.portal_idle_end(s.organization_id, s.used_at, s.expires_at)),
        'expires_at', muster.time_text(s.expires_at), 'ended_at', muster.time_text(s.ended_at)) $$;

comment on function muster.object(muster.portal_session) is
'A session of the portal, or a link that was not opened (never its secrets), as answers of the admin API and the command
line have it.
Parameters: s: its row.
Returns: the object.
Locks: none.
Called by: statements that show sessions.';
