-- Changes what the object names. Enabling forgets what went wrong; disabling is the operator's word.
-- params: 1 id text, 2 changes jsonb
-- row object: object json
with w as (
    update muster.webhook_endpoint w
    set (name, url, events, format, audience, allow_private, status) =
            (select r.name, r.url, r.events, r.format, r.audience, r.allow_private, r.status
             from jsonb_populate_record(w, $2::jsonb) r),
        disabled_reason = case $2::jsonb ->> 'status' when 'enabled' then null when 'disabled' then coalesce(w.disabled_reason, 'operator')
                          else w.disabled_reason end,
        failures = case $2::jsonb ->> 'status' when 'enabled' then 0 else w.failures end,
        failing_since = case $2::jsonb ->> 'status' when 'enabled' then null else w.failing_since end,
        open_until = case $2::jsonb ->> 'status' when 'enabled' then null else w.open_until end,
        paused_until = case $2::jsonb ->> 'status' when 'enabled' then null else w.paused_until end
    where w.organization_id = muster.webhook_owner() and w.id = muster.uuid($1) and w.removed_at is null
    returning w
)
select muster.object(w.w) as object from w
