create or replace function muster.object(w muster.webhook_endpoint) returns json
    language sql stable
    as $$ select json_build_object('id', w.id,
        'organization_id', nullif(w.organization_id, muster.installation()), 'name', w.name, 'url', w.url,
        'events', w.events, 'format', w.format, 'audience', w.audience, 'allow_private', w.allow_private, 'status', w.status,
        'disabled_reason', w.disabled_reason, 'created_at', muster.time_text(w.created_at), 'failures', w.failures,
        'failing_since', muster.time_text(w.failing_since), 'open_until', muster.time_text(w.open_until),
        'paused_until', muster.time_text(w.paused_until), 'last_success_at', muster.time_text(w.last_success_at),
        'previous_secret_until', muster.time_text(w.previous_secret_until)) $$;

comment on function muster.object(muster.webhook_endpoint) is
'A webhook (never its secret), as answers of the admin API and the command line have it.
Parameters: w: its row.
Returns: the object.
Locks: none.
Called by: statements that show webhooks.';
