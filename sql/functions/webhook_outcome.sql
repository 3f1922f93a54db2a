create or replace function muster.webhook_outcome(organization uuid, endpoint uuid, target uuid, held uuid, outcome text, answer_status integer,
                                                  problem text, took_ms integer, answer text, retry_seconds double precision,
                                                  pause_seconds double precision, time_scale double precision, circuit_failures integer,
                                                  circuit_seconds double precision, circuit_longest double precision, failing_days integer,
                                                  slow_seconds double precision)
    returns text
    language plpgsql volatile
    set search_path = pg_catalog, pg_temp
    as $$
declare
    q muster.webhook_queue;
    w muster.webhook_endpoint;
    action text;
    fate text;
    head bigint;
    low smallint;
begin
    select l.* into q from muster.webhook_queue l
    where l.endpoint_id = endpoint and l.target_id = target and l.organization_id = organization for update;
    if held is null or q.lease is distinct from held then
        return null;
    end if;
    fate := case
        when outcome in ('delivered', 'skipped') then outcome
        when exists (select from muster.webhook_delivery l
                     where l.endpoint_id = endpoint and l.organization_id = organization and l.target_id = target
                           and l.state = 'pending' and l.sequence > q.in_hand and l.lane = 0) then 'superseded'
        when retry_seconds is null then 'dead'
        else 'pending' end;
    update muster.webhook_delivery d
    set state = fate, attempts = d.attempts + 1, status = answer_status, error = problem, duration_ms = took_ms, response = answer,
        attempted_at = clock_timestamp(), finished_at = case when fate <> 'pending' then clock_timestamp() end,
        log = case when jsonb_array_length(d.log) >= 50 then d.log - 0 else d.log end
              || jsonb_build_object('at', muster.time_text(clock_timestamp()), 'status', answer_status, 'duration_ms', took_ms,
                                    'error', problem)
    where d.organization_id = organization and d.endpoint_id = endpoint and d.sequence = q.in_hand
    returning d.action into action;
    -- Only the first row of each index is read: a target, such as a group, may have very many.
    select l.sequence into head from muster.webhook_delivery l
    where l.endpoint_id = endpoint and l.organization_id = organization and l.target_id = target and l.state = 'pending'
    order by l.sequence limit 1;
    select l.lane into low from muster.webhook_delivery l
    where l.endpoint_id = endpoint and l.organization_id = organization and l.target_id = target and l.state = 'pending' and l.lane < 2
    order by l.lane limit 1;
    if head is null then
        delete from muster.webhook_queue l
        where l.endpoint_id = endpoint and l.target_id = target and l.organization_id = organization;
    else
        update muster.webhook_queue l
        set lease = null, in_hand = null, holder = null, lane = coalesce(low, 2),
            next_at = clock_timestamp() + make_interval(secs => case when head = q.in_hand and fate = 'pending' then retry_seconds else 0 end)
        where l.endpoint_id = endpoint and l.target_id = target and l.organization_id = organization;
    end if;
    if outcome = 'skipped' then
        return fate;
    end if;
    if outcome = 'delivered' then
        update muster.webhook_endpoint e
        set failures = 0, failing_since = null, open_until = null, last_success_at = now(), slow = took_ms >= slow_seconds * 1000
        where e.id = endpoint and (e.failures > 0 or e.slow <> (took_ms >= slow_seconds * 1000) or e.last_success_at is null or e.last_success_at < now() - interval '1 minute');
        return fate;
    end if;
    update muster.webhook_endpoint e
    set failures = e.failures + 1, failing_since = coalesce(e.failing_since, now()),
        open_until = case when e.failures + 1 >= circuit_failures
                          then now() + make_interval(secs => least(circuit_seconds * 2 ^ least(e.failures + 1 - circuit_failures, 10),
                                                                   circuit_longest) / time_scale) end,
        paused_until = case when pause_seconds > 0 then now() + make_interval(secs => pause_seconds) else e.paused_until end,
        slow = took_ms >= slow_seconds * 1000
    where e.id = endpoint
    returning e.* into w;
    -- A failure before days without events, and one after them, prove nothing about those days.
    if w.status = 'enabled' and (outcome = 'gone' or (w.failures >= circuit_failures
                                                      and w.failing_since < now() - make_interval(days => failing_days) / time_scale)) then
        update muster.webhook_endpoint e
        set status = 'disabled', disabled_reason = case when outcome = 'gone' then 'gone' else 'failing' end
        where e.id = endpoint;
        perform muster.webhook_tell(w.organization_id, 'webhook.disabled', 'webhook', endpoint,
            jsonb_build_object('url', w.url, 'reason', case when outcome = 'gone' then 'gone' else 'failing' end,
                               'failing_since', muster.time_text(w.failing_since)));
    end if;
    -- An endpoint that gets events of its own dead deliveries would cause them endlessly.
    if fate = 'dead' and action not like 'webhook.%' then
        perform muster.webhook_tell(w.organization_id, 'webhook.delivery_dead', 'webhook', endpoint,
            jsonb_build_object('url', w.url, 'organization_id', organization, 'sequence', q.in_hand, 'action', action,
                               'status', answer_status, 'error', problem));
    end if;
    return fate;
end
$$;

comment on function muster.webhook_outcome(uuid, uuid, uuid, uuid, text, integer, text, integer, text, double precision,
double precision, double precision, integer, double precision, double precision, integer, double precision) is
'Stores the result of an attempt in delivery, queue and endpoint. Opens the circuit of an endpoint that fails, disables
one that is gone or has failed for days, and writes events for disabled endpoints and dead deliveries. The program
passes the numbers of the policy (core/webhook/policy.h).
Parameters: organization, endpoint, target, held: the claimed delivery and its lease; outcome: delivered, skipped (the
format has no such event), failed, gone (410: the endpoint is disabled); answer_status, problem, took_ms, answer: of
the attempt; retry_seconds: until the next attempt, null: that was the last one; pause_seconds: a pause that the
receiver asked for; time_scale: divides our own times; circuit_failures: failures in a row that open the circuit, for
circuit_seconds, doubled with each further failure up to circuit_longest; failing_days: an endpoint whose circuit is
open is disabled after failing for so long; slow_seconds: an attempt that took longer makes the endpoint slow.
Returns: the state of the delivery; null: the lease was lost, so nothing was stored.
Locks: rows of webhook_queue, webhook_delivery and webhook_endpoint.
Called by: deliver_settle, webhook_settle.';

revoke all on function muster.webhook_outcome(uuid, uuid, uuid, uuid, text, integer, text, integer, text, double precision, double precision, double precision, integer, double precision, double precision, integer, double precision) from public;
grant execute on function muster.webhook_outcome(uuid, uuid, uuid, uuid, text, integer, text, integer, text, double precision, double precision, double precision, integer, double precision, double precision, integer, double precision) to muster_deliver;
