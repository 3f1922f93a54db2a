create or replace function muster.webhook_claim(most integer, rest integer, width integer, lease_seconds double precision, worker integer, behind uuid)
    returns table (organization_id uuid, id uuid, endpoint_id uuid, target_id uuid, sequence bigint, lease uuid, attempts integer,
                   endpoint_organization_id uuid, url text, format text, audience text, allow_private boolean, secret bytea,
                   previous_secret bytea)
    language plpgsql volatile
    set search_path = pg_catalog, pg_temp
    as $$
declare
    w muster.webhook_endpoint;
    q muster.webhook_queue;
    d muster.webhook_delivery;
    at_work integer;
    leavers integer;
    room integer;
    moment timestamptz := clock_timestamp();
begin
    for w in
        with recursive further (id) as (
            select (select k.endpoint_id from muster.webhook_queue k where k.endpoint_id > behind order by k.endpoint_id limit 1)
            union all
            select (select k.endpoint_id from muster.webhook_queue k where k.endpoint_id > f.id order by k.endpoint_id limit 1)
            from further f
            where f.id is not null
        ), again (id) as (
            select (select k.endpoint_id from muster.webhook_queue k where k.endpoint_id <= behind order by k.endpoint_id limit 1)
            union all
            select (select k.endpoint_id from muster.webhook_queue k
                    where k.endpoint_id > a.id and k.endpoint_id <= behind order by k.endpoint_id limit 1)
            from again a
            where a.id is not null
        )
        select x.*
        from (select f.id from further f union all select a.id from again a) e
        cross join lateral (select x.* from muster.webhook_endpoint x
                            where x.id = e.id and x.status = 'enabled' and x.removed_at is null
                                  and (x.paused_until is null or x.paused_until <= moment)
                                  and exists (select from (values (0), (1), (2)) v (lane)
                                              cross join lateral (select from muster.webhook_queue k
                                                                  where k.endpoint_id = e.id and k.lane = v.lane and k.next_at <= moment
                                                                  limit 1) k
                                              where v.lane = 0 or x.open_until is null or x.open_until <= moment)
                            for no key update of x skip locked) x
    loop
        exit when most <= 0;
        select count(*) filter (where l.lane > 0), count(*) filter (where l.lane = 0) into at_work, leavers
        from muster.webhook_queue l
        where l.endpoint_id = w.id and l.lease is not null and l.next_at > moment;
        room := case when w.open_until > moment then 0 when w.failures > 0 and w.open_until is not null then 1 else width end - at_work;
        for q in
            select l.*
            from (values (0, greatest(width - leavers, 0)), (1, greatest(room, 0)), (2, greatest(room, 0))) v (lane, n)
            cross join lateral (select l.* from muster.webhook_queue l
                                where l.endpoint_id = w.id and l.lane = v.lane and l.next_at <= moment
                                order by l.next_at limit v.n for update skip locked) l
        loop
            continue when q.lane > 0 and (room <= 0 or rest <= 0);
            exit when most <= 0;
            select f.* into d from muster.webhook_delivery f
            where f.endpoint_id = q.endpoint_id and f.organization_id = q.organization_id and f.target_id = q.target_id
                  and f.state = 'pending'
            order by f.sequence limit 1;
            if d.id is null then
                delete from muster.webhook_queue l
                where l.endpoint_id = q.endpoint_id and l.target_id = q.target_id and l.organization_id = q.organization_id;
                continue;
            end if;
            lease := gen_random_uuid();
            update muster.webhook_queue l
            set lease = webhook_claim.lease, in_hand = d.sequence, holder = worker, next_at = clock_timestamp() + make_interval(secs => lease_seconds)
            where l.endpoint_id = q.endpoint_id and l.target_id = q.target_id and l.organization_id = q.organization_id;
            organization_id := d.organization_id;
            id := d.id;
            endpoint_id := w.id;
            target_id := d.target_id;
            sequence := d.sequence;
            attempts := d.attempts;
            endpoint_organization_id := w.organization_id;
            url := w.url;
            format := w.format;
            audience := w.audience;
            allow_private := w.allow_private;
            secret := w.secret;
            previous_secret := case when w.previous_secret_until > moment then w.previous_secret end;
            return next;
            most := most - 1;
            if q.lane > 0 then
                room := room - 1;
                rest := rest - 1;
            end if;
        end loop;
    end loop;
end
$$;

comment on function muster.webhook_claim(integer, integer, integer, double precision, integer, uuid) is
'Reserves deliveries until their lease ends: for each endpoint the leavers first, then the rest, in order for each
target, up to the endpoint''s limit. It visits the endpoints with undelivered events one by one, and skips those from
which another worker is claiming. The limit is width at once, and as many leavers besides; an endpoint whose circuit was
open is tried with one delivery, not counting leavers.
Parameters: most: in all; rest: at most so many that are no leavers; width: of an endpoint; lease_seconds; worker: its
number; behind: the endpoints after this one come first (pass the one that was claimed from last, so that each endpoint
has its turn, even if many older ones are slow).
Returns: the deliveries with their endpoints.
Locks: rows of webhook_endpoint and webhook_queue, those that are free.
Called by: deliver_claim.';

revoke all on function muster.webhook_claim(integer, integer, integer, double precision, integer, uuid) from public;
grant execute on function muster.webhook_claim(integer, integer, integer, double precision, integer, uuid) to muster_deliver;
