-- Changes the members that the object has, and writes an event with the old and the new state if they differ. Enabling
-- forgets earlier failures; the operator decides about disabling.
-- params: 1 id text, 2 changes jsonb, 3 event_id uuid? (null: any), 4 request_id uuid, 5 client_address text?
-- row object: object json
-- row: told void
with before as (
    select muster.object(w) as object
    from muster.webhook_endpoint w
    where w.organization_id = muster.webhook_owner() and w.id = muster.uuid($1) and w.removed_at is null
), changed as (
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
), shown as materialized ( -- once for all that reads them
    select (changed.w).id, before.object::jsonb as before, muster.object(changed.w) as object from before, changed
)
select s.object,
       case when s.before <> s.object::jsonb
            then muster.audit(muster.webhook_owner(), $3::uuid, 'webhook.updated', null, 'webhook', s.id,
                              jsonb_build_object('before', s.before, 'after', s.object::jsonb), $4::uuid, $5)
       end as told
from shown s
