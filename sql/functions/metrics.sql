create or replace function muster.metrics() returns table (name text, label text, value double precision)
    language sql stable security definer
    set search_path = pg_catalog, pg_temp
    as $$
        with recursive lanes (lane, label) as (
            values (0, 'leaver'), (1, 'loss'), (2, 'rest')
        ), busy (id, n) as (
            (select q.endpoint_id, 1 from muster.webhook_queue q order by q.endpoint_id limit 1)
            union all
            select (select q.endpoint_id from muster.webhook_queue q where q.endpoint_id > b.id order by q.endpoint_id limit 1), b.n + 1
            from busy b
            where b.id is not null and b.n < 1000
        ), pending as (
            select min(p.at) as oldest, count(*) as n
            from (select p.at from muster.audit_pending p order by p.place limit 10000) p
        ), due as (
            select l.lane, min(q.next_at) as oldest
            from busy b
            join muster.webhook_endpoint w
                on w.id = b.id and w.status = 'enabled' and w.removed_at is null and (w.paused_until is null or w.paused_until <= now())
            join lanes l on l.lane = 0 or w.open_until is null or w.open_until <= now()
            cross join lateral (select q.next_at from muster.webhook_queue q
                                where q.owner_id = w.organization_id and q.endpoint_id = w.id and q.lane = l.lane and q.next_at <= now()
                                order by q.next_at limit 1) q
            group by l.lane
        ), waiting as (
            select q.lane, count(*) as n from (select q.lane from muster.webhook_queue q limit 10000) q group by q.lane
        ), endpoints as (
            select case when w.status = 'disabled' then 'disabled' when w.failing_since is not null then 'failing'
                        else 'enabled' end as state
            from muster.webhook_endpoint w where w.removed_at is null limit 100000
        )
        select 'schema_version', null, (select max(m.number) from muster.schema_migration m)
        union all
        select 'sealer_lag_seconds', null, greatest(extract(epoch from clock_timestamp() - p.oldest), 0) from pending p
        union all
        select 'sealer_pending_events', null, p.n from pending p
        union all
        select 'outbox_lag_seconds', l.label, greatest(extract(epoch from clock_timestamp() - d.oldest), 0)
        from lanes l left join due d on d.lane = l.lane
        union all
        select 'outbox_waiting_targets', l.label, coalesce(t.n, 0) from lanes l left join waiting t on t.lane = l.lane
        union all
        select 'webhook_endpoints', s.state, (select count(*) from endpoints e where e.state = s.state)
        from (values ('enabled'), ('failing'), ('disabled')) s (state)
        union all
        select 'mappings_pending', null,
               (select count(*) from (select from muster.attribute_mapping m where m.version <> m.applied_version limit 10000) m)
    $$;

comment on function muster.metrics() is
'The waiting work, for the page of metrics. Counts that could be large have a limit.
Parameters: none.
Returns: name, label (null: none), value.
Locks: none.
Called by: api_metrics.';

revoke all on function muster.metrics() from public;
grant execute on function muster.metrics() to muster_admin;
