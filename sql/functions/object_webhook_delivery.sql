create or replace function muster.object(d muster.webhook_delivery) returns json
    language sql stable
    as $$ select json_build_object('id', d.id, 'event_id', d.event_id, 'sequence', d.sequence, 'action', d.action,
        'organization_id', d.organization_id, 'state', d.state, 'attempts', d.attempts, 'status', d.status, 'error', d.error,
        'duration_ms', d.duration_ms, 'response', d.response, 'log', d.log, 'created_at', muster.time_text(d.created_at),
        'attempted_at', muster.time_text(d.attempted_at), 'finished_at', muster.time_text(d.finished_at),
        'next_at', (select muster.time_text(q.next_at) from muster.webhook_queue q
                    where d.state = 'pending' and q.endpoint_id = d.endpoint_id and q.target_id = d.target_id
                          and q.organization_id = d.organization_id)) $$;

comment on function muster.object(muster.webhook_delivery) is
'A delivery of a webhook. Of a pending one, next_at is when its target is due: at the latest then it is sent, or what
is before it, as answers of the admin API and the command line have it.
Parameters: d: its row.
Returns: the object.
Locks: none.
Called by: statements that show deliveries of webhooks.';
