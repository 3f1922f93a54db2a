create or replace function muster.webhook_reserve(most integer, free integer, free_leavers integer, turn integer, width integer,
                                                  lease_seconds double precision, slow_seconds double precision, worker integer, behind uuid)
    returns table (organization_id uuid, id uuid, endpoint_id uuid, target_id uuid, sequence bigint, lease uuid, attempts integer,
                   endpoint_organization_id uuid, url text, format text, audience text, allow_private boolean, secret bytea,
                   previous_secret bytea)
    language plpgsql volatile
    set search_path = pg_catalog, pg_temp
    as $$
declare
    owner uuid;
    candidate uuid;
    w muster.webhook_endpoint;
    q muster.webhook_queue;
    d muster.webhook_delivery;
    own integer;     -- what this worker has in hand for the organization
    portion integer; -- how much more the organization may take in its turn
    cut boolean;     -- an organization had more than its turn
    at_work integer; -- what all workers have in hand for the endpoint, without leavers
    leavers integer;
    hangs boolean;
    room integer;
    moment timestamptz := clock_timestamp();
begin
    for pass in 1..2 loop
        cut := false;
        for owner in
            with recursive further (id) as (
                select (select k.owner_id from muster.webhook_queue k where k.owner_id > behind order by k.owner_id limit 1)
                union all
                select (select k.owner_id from muster.webhook_queue k where k.owner_id > f.id order by k.owner_id limit 1)
                from further f
                where f.id is not null
            ), again (id) as (
                select (select k.owner_id from muster.webhook_queue k where k.owner_id <= behind order by k.owner_id limit 1)
                union all
                select (select k.owner_id from muster.webhook_queue k where k.owner_id > a.id and k.owner_id <= behind order by k.owner_id limit 1)
                from again a
                where a.id is not null
            )
            select e.id from (select f.id from further f union all select a.id from again a) e where e.id is not null
        loop
            exit when most <= 0 or free_leavers <= 0;
            select count(*) into own from muster.webhook_queue l
            where l.owner_id = owner and l.lease is not null and l.next_at > moment and l.holder = worker;
            portion := case when pass = 1 then turn else most end;
            for candidate in
                with recursive busy (id) as (
                    select (select k.endpoint_id from muster.webhook_queue k where k.owner_id = owner order by k.endpoint_id limit 1)
                    union all
                    select (select k.endpoint_id from muster.webhook_queue k where k.owner_id = owner and k.endpoint_id > b.id
                            order by k.endpoint_id limit 1)
                    from busy b
                    where b.id is not null
                )
                select b.id
                from busy b
                cross join lateral (select count(*) as n from muster.webhook_queue l
                                    where l.owner_id = owner and l.endpoint_id = b.id and l.lease is not null and l.next_at > moment) l
                where exists (select from (values (0), (1), (2)) v (lane)
                              cross join lateral (select from muster.webhook_queue k
                                                  where k.owner_id = owner and k.endpoint_id = b.id and k.lane = v.lane and k.next_at <= moment
                                                  limit 1) k)
                order by l.n, random()
            loop
                exit when most <= 0 or portion <= 0 or own >= free_leavers;
                select x.* into w from muster.webhook_endpoint x
                where x.id = candidate and x.organization_id = owner and x.status = 'enabled' and x.removed_at is null
                      and (x.paused_until is null or x.paused_until <= moment)
                for no key update skip locked;
                continue when w.id is null;
                select count(*) filter (where l.lane > 0), count(*) filter (where l.lane = 0),
                       coalesce(bool_or(l.next_at < moment + make_interval(secs => lease_seconds - slow_seconds)), false)
                into at_work, leavers, hangs
                from muster.webhook_queue l
                where l.owner_id = owner and l.endpoint_id = w.id and l.lease is not null and l.next_at > moment;
                room := case when w.open_until > moment then 0
                             when w.slow or hangs or (w.failures > 0 and w.open_until is not null) then 1
                             else width end - at_work;
                for q in
                    select l.*
                    from (values (0, greatest(width - leavers, 0)), (1, greatest(room, 0)), (2, greatest(room, 0))) v (lane, n)
                    cross join lateral (select l.* from muster.webhook_queue l
                                        where l.owner_id = owner and l.endpoint_id = w.id and l.lane = v.lane and l.next_at <= moment
                                        order by l.next_at limit v.n for update skip locked) l
                loop
                    continue when q.lane > 0 and (room <= 0 or own >= free);
                    exit when most <= 0 or portion <= 0 or own >= free_leavers;
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
                    set lease = webhook_reserve.lease, in_hand = d.sequence, holder = worker,
                        next_at = clock_timestamp() + make_interval(secs => lease_seconds)
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
                    portion := portion - 1;
                    own := own + 1;
                    free := free - 1;
                    free_leavers := free_leavers - 1;
                    if q.lane > 0 then
                        room := room - 1;
                    end if;
                end loop;
            end loop;
            cut := cut or portion <= 0;
        end loop;
        exit when most <= 0 or not cut;
    end loop;
end
$$;

comment on function muster.webhook_reserve(integer, integer, integer, integer, integer, double precision, double precision, integer, uuid) is
'Reserves deliveries until their lease ends. Organizations with undelivered events take turns; within one of them the
endpoints with the least in hand come first; for each endpoint the leavers first, then the rest, in order for each
target, up to the endpoint''s limit. Endpoints from which another worker is claiming are skipped. The limit is width at
once, and as many leavers besides; an endpoint that is slow, or whose circuit was open, gets one delivery at a time, not
counting leavers.
An organization gets no more while this worker has as much in hand for it as there are free places: so there always
are free places for others, alone it may have half of them, and the more organizations are slow, the less each has.
Parameters: most: in all; free: free places; free_leavers: those and the further ones that only leavers may take; turn:
deliveries of an organization before the next one has its turn; width: of an endpoint; lease_seconds; slow_seconds: an
endpoint with an attempt under way for longer is slow; worker: its number; behind: the organizations after this one
come first (pass that of the last delivery).
Returns: the deliveries with their endpoints.
Locks: rows of webhook_endpoint and webhook_queue, those that are free.
Called by: deliver_claim, webhook_claim.';

revoke all on function muster.webhook_reserve(integer, integer, integer, integer, integer, double precision, double precision, integer, uuid) from public;
grant execute on function muster.webhook_reserve(integer, integer, integer, integer, integer, double precision, double precision, integer, uuid) to muster_deliver;
