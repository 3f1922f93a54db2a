create or replace function muster.audit_is_wanted(e muster.audit_event, action text, prefix text, actor_id uuid, request_id uuid) returns boolean
    language sql immutable parallel safe
    as $$ select (action is null or e.action = action) and (prefix is null or e.action ^@ prefix)
                 and (actor_id is null or e.actor_id = actor_id) and (request_id is null or e.request_id = request_id) $$;

comment on function muster.audit_is_wanted(muster.audit_event, text, text, uuid, uuid) is
'Whether an event matches a request. PostgreSQL inlines it.
Parameters: e; action; prefix: of the action; actor_id; request_id. Null: any.
Returns: whether all of them match.
Locks: none.
Called by: api_audit_list.';
