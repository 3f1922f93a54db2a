create or replace function muster.webhook_make(organization uuid, only_endpoint uuid, sequences bigint[], events uuid[], actions text[], targets uuid[],
                                               overtaken boolean[]) returns bigint
    language plpgsql volatile
    set search_path = pg_catalog, pg_temp
    as $$
declare
    made bigint;
    endpoints uuid[]; -- endpoints of leavers, with their targets and sequence numbers
    leavers uuid[];
    leaving bigint[];
begin
    with made as (
        insert into muster.webhook_delivery as d (organization_id, id, endpoint_id, sequence, event_id, action, target_id, lane, state, finished_at)
        select organization, muster.uuid7(), w.id, e.sequence, e.id, e.action,
               -- A test shows the present state, so it waits neither for earlier failures nor for other tests.
               case when e.action = 'webhook.test' then e.id else e.target_id end, muster.webhook_lane(e.action), case when e.overtaken then 'superseded' else 'pending' end,
               case when e.overtaken then clock_timestamp() end
        from unnest(sequences, events, actions, targets, overtaken) e (sequence, id, action, target_id, overtaken)
        join muster.webhook_endpoint w
            on w.organization_id in (organization, muster.installation()) and w.events is not null
               and w.status = 'enabled' and w.removed_at is null and (only_endpoint is null or w.id = only_endpoint)
               and muster.webhook_wants(w, e.action, e.target_id)
        order by e.sequence
        on conflict on constraint webhook_delivery_once do update
            set state = excluded.state, attempts = 0, finished_at = excluded.finished_at
            where d.state <> 'pending'
        returning d.endpoint_id, d.target_id, d.sequence, d.lane, d.state
    ), queued as (
        insert into muster.webhook_queue as q (organization_id, owner_id, endpoint_id, target_id, lane, next_at)
        select organization, w.organization_id, m.endpoint_id, m.target_id, m.lane, now()
        from (select m.endpoint_id, m.target_id, min(m.lane) as lane from made m where m.state = 'pending' group by m.endpoint_id, m.target_id) m
        cross join lateral (select w.organization_id from muster.webhook_endpoint w where w.id = m.endpoint_id offset 0 /* each by its key */) w
        order by m.endpoint_id, m.target_id
        on conflict (endpoint_id, target_id, organization_id) do update
            set lane = least(q.lane, excluded.lane),
                next_at = case when excluded.lane = 0 and (q.lease is null or q.next_at <= now()) then now() else q.next_at end
    )
    select count(*), array_agg(m.endpoint_id) filter (where m.lane = 0), array_agg(m.target_id) filter (where m.lane = 0),
           array_agg(m.sequence) filter (where m.lane = 0)
    into made, endpoints, leavers, leaving
    from made m;
    update muster.webhook_delivery d
    set state = 'superseded', finished_at = clock_timestamp()
    from (select f.id
          from unnest(endpoints, leavers, leaving) l (endpoint_id, target_id, sequence)
          cross join lateral (select f.id, f.sequence from muster.webhook_delivery f
                              where f.endpoint_id = l.endpoint_id and f.organization_id = organization
                                    and f.target_id = l.target_id and f.state = 'pending' and f.sequence < l.sequence offset 0 /* each by its index */) f
          where not exists (select from muster.webhook_queue q
                            where q.endpoint_id = l.endpoint_id and q.target_id = l.target_id and q.organization_id = organization
                                  and q.lease is not null and q.next_at > now() and q.in_hand = f.sequence)) s
    where d.organization_id = organization and d.id = s.id;
    return made;
end
$$;

comment on function muster.webhook_make(uuid, uuid, bigint[], uuid[], text[], uuid[], boolean[]) is
'Makes deliveries of sealed events for the endpoints that want them; existing ones become pending again. A leaver is
sent at once; earlier undelivered deliveries of the same target that are not being sent are superseded.
Parameters: organization; only_endpoint: null: all of them; sequences, events, actions, targets,
overtaken: of each event its number, its id, its action, its target, and whether the target has left since: then its
deliveries are made as superseded.
Returns: how many.
Locks: rows of webhook_queue and webhook_delivery.
Called by: webhook_make_or_keep, webhook_make_kept, webhook_enqueue.';

revoke all on function muster.webhook_make(uuid, uuid, bigint[], uuid[], text[], uuid[], boolean[]) from public;
