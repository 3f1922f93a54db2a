create or replace function muster.webhook_enqueue(organization uuid, sequences bigint[], only_endpoint uuid) returns bigint
    language plpgsql volatile security definer
    set search_path = pg_catalog, pg_temp
    as $$
begin
    return (select muster.webhook_make(organization, only_endpoint, array_agg(s.sequence), array_agg(e.id), array_agg(e.action),
                                       array_agg(e.target_id), array_agg(false))
            from muster.audit_seal s
            cross join lateral (select e.id, e.action, e.target_id from muster.audit_event e
                                where e.organization_id = s.organization_id and e.id = s.event_id and e.at = s.at offset 0 /* each by its key */) e
            where s.organization_id = organization and s.sequence = any (sequences));
end
$$;

comment on function muster.webhook_enqueue(uuid, bigint[], uuid) is
'Makes deliveries of events that were sealed before (webhook_make).
Parameters: organization; sequences: the events'' numbers; only_endpoint: null: all of them.
Returns: how many.
Locks: rows of webhook_queue and webhook_delivery.
Called by: api_webhook_replay_dead, api_webhook_replay_one, api_webhook_replay_range.';

revoke all on function muster.webhook_enqueue(uuid, bigint[], uuid) from public;
grant execute on function muster.webhook_enqueue(uuid, bigint[], uuid) to muster_admin;
