create or replace function muster.object(r muster.link_request) returns json
    language sql stable
    as $$ select json_build_object('id', r.id, 'connection_id', r.connection_id, 'email', r.email_key, 'user_name', r.user_name,
        'external_id', r.external_id, 'member_id', r.member_id, 'status', r.status,
        'created_at', muster.time_text(r.created_at)) $$;

comment on function muster.object(muster.link_request) is
'A link request, as answers of the admin API and the command line have it.
Parameters: r: its row.
Returns: the object.
Locks: none.
Called by: statements that show link requests.';
