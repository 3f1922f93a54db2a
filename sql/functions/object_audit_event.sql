create or replace function muster.object(e muster.audit_event) returns json
    language sql stable
    as $$ select json_build_object('id', e.id, 'at', muster.time_text(e.at), 'action', e.action, 'actor_type', e.actor_type,
        'actor_id', e.actor_id, 'connection_id', e.connection_id, 'target_type', e.target_type, 'target_id', e.target_id,
        'data', e.data, 'request_id', e.request_id, 'client_address', e.client_address) $$;

comment on function muster.object(muster.audit_event) is
'An audit event, as answers of the admin API and the command line have it.
Parameters: e: its row.
Returns: the object.
Locks: none.
Called by: statements that show audit events.';
