create or replace function muster.event(organization uuid, id uuid, at timestamptz, action text, connection uuid, target_type text, target uuid,
                                        data jsonb, request uuid, client text, actor_type text default muster.actor_type(),
                                        actor_id uuid default muster.actor_id())
    returns setof muster.audit_event
    language sql stable parallel safe rows 1
    as $$ select organization, id, at, action, actor_type, actor_id, connection, target_type, target, data, request, client, null::timestamptz $$;

comment on function muster.event(uuid, uuid, timestamptz, text, uuid, text, uuid, jsonb, uuid, text, text, uuid) is
'An audit event as its row: what every statement that writes events inserts, for one or for many. It is inlined as long
as no argument is volatile: ids are made in a subquery.
Parameters: organization: whose log; id: of the event, the request''s own for its first one; at; action; connection:
null: none; target_type, target: what it is about; data: an object; request: id of the request; client: address, null:
none; actor_type, actor_id: whoever works in this transaction, unless another is named.
Returns: the row.
Locks: none.
Called by: audit, denied_token, webhook_tell, audit_add, audit_add_members, audit_refused, members_write,
member_leave_groups.';
