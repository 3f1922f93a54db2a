create or replace function muster.event(organization uuid, id uuid, at timestamptz, action text, connection uuid, target_type text, target uuid,
                                        data jsonb, request uuid, client text, actor_type text default muster.actor_type(),
                                        actor_id uuid default muster.actor_id())
    returns setof muster.audit_event
    language sql stable parallel safe rows 1
    as $$ select organization, id, at, action, actor_type, actor_id, connection, target_type, target, data, request, client, null::timestamptz $$;

comment on function muster.event(uuid, uuid, timestamptz, text, uuid, text, uuid, jsonb, uuid, text, text, uuid) is
'The row of an audit event; every statement that writes events inserts such rows. PostgreSQL inlines it if no argument
is volatile, so ids are made in a subquery.
Parameters: organization: whose log; id: of the event; the request''s id for its first one; at; action; connection:
null: none; target_type, target: the changed object; data: an object; request: id of the request; client: address, null:
none; actor_type, actor_id: the actor of this transaction, unless another is given.
Returns: the row.
Locks: none.
Called by: audit, denied_token, webhook_tell, audit_add, audit_add_members, audit_add_users, audit_refused, members_write,
member_leave_groups, left_behind_groups, api_rotation_end.';
