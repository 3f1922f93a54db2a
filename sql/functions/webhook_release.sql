create or replace function muster.webhook_release() returns bigint
    language sql volatile
    set search_path = pg_catalog, pg_temp
    as $$
        with gone as (
            select q.endpoint_id, q.target_id, q.organization_id
            from muster.webhook_queue q
            where q.lease is not null and q.next_at > now()
                  and not exists (select from pg_locks l
                                  where l.locktype = 'advisory' and l.objsubid = 2 and l.objid = q.holder::oid
                                        and l.classid = (hashtext('muster.webhook_worker')::bigint & 4294967295)::oid
                                        and l.database = (select d.oid from pg_database d where d.datname = current_database()))
            for update skip locked
        ), released as (
            update muster.webhook_queue q
            set lease = null, in_hand = null, holder = null, next_at = now()
            from gone
            where q.endpoint_id = gone.endpoint_id and q.target_id = gone.target_id and q.organization_id = gone.organization_id
            returning q.target_id
        )
        select count(*) from released
    $$;

comment on function muster.webhook_release() is
'Makes the reserved deliveries of disconnected workers due again at once. A worker that is only silent keeps its
deliveries until the lease ends.
Parameters: none.
Returns: how many.
Locks: rows of webhook_queue, those that are free.
Called by: deliver_release.';

revoke all on function muster.webhook_release() from public;
grant execute on function muster.webhook_release() to muster_deliver;
