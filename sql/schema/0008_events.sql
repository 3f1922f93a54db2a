-- Events out: the sealed audit log, and what is delivered to webhooks.

/*
 * The installation itself, for what is about no organization: its webhooks, their events. It counts as removed, so that nothing but
 * its id finds it.
 */
insert into muster.organization (id, slug, name, removed_at)
values ('00000000-0000-0000-0000-000000000000', 'muster-installation', 'This installation', now());

/*
 * As before, with the part of the millisecond behind it (RFC 9562, 6.2, method 3), so that the ids of a statement's rows are in the order
 * in which it made them.
 */
create or replace function muster.uuid7() returns uuid
    language sql volatile parallel safe
    as $$
        select (overlay(lpad(to_hex((extract(epoch from clock_timestamp()) * 4096000)::bigint), 15, '0') placing '7' from 13 for 0)
                || right(replace(gen_random_uuid()::text, '-', ''), 16))::uuid
    $$;

/*
 * What is written and not sealed yet. A trigger puts it here, in the transaction of the event, and the sealer takes it away. `place` is
 * drawn when the event is written, behind the locks of what it is about: of two changes of one thing the first has the lower one.
 */
create table muster.audit_pending (
    place bigint generated always as identity,
    organization_id uuid not null,
    event_id uuid not null,
    at timestamptz(3) not null,
    quiet boolean not null default false,
    primary key (place, organization_id)
);
comment on table muster.audit_pending is 'Audit events that have no sequence number yet.';
comment on column muster.audit_pending.quiet is 'of an import: nobody is told';

create function muster.audit_written() returns trigger
    language plpgsql volatile security definer
    set search_path = pg_catalog, pg_temp
    as $$
begin
    insert into muster.audit_pending (organization_id, event_id, at, quiet)
    select w.organization_id, w.id, w.at, coalesce(current_setting('muster.quiet', true), '') = 'on' from written w;
    return null;
end
$$;
create trigger pending after insert on muster.audit_event
    referencing new table as written for each statement execute function muster.audit_written();

create table muster.audit_seal (
    organization_id uuid not null,
    sequence bigint not null check (sequence > 0),
    event_id uuid not null,
    at timestamptz(3) not null,
    salt bytea check (octet_length(salt) = 32),
    commitment bytea not null check (octet_length(commitment) = 32),
    hash bytea not null check (octet_length(hash) = 32),
    sealed_at timestamptz(3) not null default clock_timestamp(),
    primary key (organization_id, sequence),
    constraint audit_seal_event unique (organization_id, event_id)
);
comment on table muster.audit_seal is 'The order of an organization''s audit events, without a gap, and the chain of their hashes.';
comment on column muster.audit_seal.salt is 'of the commitment; taken away when the data of the event is erased';
comment on column muster.audit_seal.commitment is 'SHA-256 of the salt and the event''s data as text';
comment on column muster.audit_seal.hash is 'SHA-256 of the hash before (32 zero bytes for the first), muster.audit_head_text() and the commitment';

-- In the order of a list's pages, so that what is asked of a target is never looked for among everything.
drop index muster.audit_event_target;
create index audit_event_target on muster.audit_event (organization_id, target_id, at, id);

-- A text with its length, so that no two lists of them read alike; null is "-".
create function muster.netstring(t text) returns text
    language sql immutable parallel safe
    as $$ select coalesce(octet_length(t) || ':' || t || ',', '-') $$;

-- All of a sealed event but its data, as the chain hashes it.
create function muster.audit_head_text(e muster.audit_event, sequence bigint) returns text
    language sql stable parallel safe
    as $$
        select muster.netstring(e.organization_id::text) || muster.netstring(sequence::text) || muster.netstring(e.id::text)
            || muster.netstring(muster.time_text(e.at)) || muster.netstring(e.action) || muster.netstring(e.actor_type)
            || muster.netstring(e.actor_id::text) || muster.netstring(e.connection_id::text) || muster.netstring(e.target_type)
            || muster.netstring(e.target_id::text) || muster.netstring(e.request_id::text) || muster.netstring(e.client_address)
    $$;

-- The chain as a running aggregate: each hash is of the one before and of the item.
create function muster.chain_step(state bytea, first bytea, item bytea) returns bytea
    language sql immutable parallel safe
    as $$ select sha256(coalesce(state, first) || item) $$;
create aggregate muster.chain(first bytea, item bytea) (sfunc = muster.chain_step, stype = bytea);

create table muster.webhook_endpoint (
    organization_id uuid not null references muster.organization (id),
    id uuid not null,
    name text,
    url text not null,
    events text[] not null check (cardinality(events) > 0),
    format text not null check (format in ('muster', 'authn', 'jackson', 'stytch', 'set')),
    audience text,
    allow_private boolean not null default false,
    secret bytea not null,
    previous_secret bytea,
    previous_secret_until timestamptz(3),
    status text not null default 'enabled' check (status in ('enabled', 'disabled')),
    disabled_reason text check (disabled_reason in ('operator', 'gone', 'failing')),
    created_at timestamptz(3) not null default now(),
    removed_at timestamptz(3),
    failures integer not null default 0,
    failing_since timestamptz(3),
    open_until timestamptz(3),
    paused_until timestamptz(3),
    last_success_at timestamptz(3),
    primary key (id, organization_id)
) with (fillfactor = 70);
-- For who says that events is not null, which proves nothing else: or it would be read where the id is asked for.
create index webhook_endpoint_events on muster.webhook_endpoint (organization_id) where events is not null;
comment on table muster.webhook_endpoint is 'Where events are sent. organization_id is all zeros for an endpoint of the installation, which hears of every organization.';
comment on column muster.webhook_endpoint.events is 'actions, or beginnings of them that end with *';
comment on column muster.webhook_endpoint.secret is 'encrypted with the key of MUSTER_SECRET_KEY_FILE, for this organization and endpoint';
comment on column muster.webhook_endpoint.failures is 'failed attempts in a row';
comment on column muster.webhook_endpoint.open_until is 'the circuit is open: until then only leavers are sent';
comment on column muster.webhook_endpoint.paused_until is 'the receiver asked for rest: until then nothing is sent';

create table muster.webhook_delivery (
    organization_id uuid not null,
    id uuid not null,
    endpoint_id uuid not null,
    sequence bigint not null,
    event_id uuid not null,
    action text not null,
    target_id uuid not null,
    lane smallint not null,
    state text not null default 'pending' check (state in ('pending', 'delivered', 'dead', 'superseded', 'skipped')),
    attempts integer not null default 0,
    status integer,
    error text,
    duration_ms integer,
    response text,
    log jsonb not null default '[]',
    created_at timestamptz(3) not null default clock_timestamp(),
    attempted_at timestamptz(3),
    finished_at timestamptz(3),
    primary key (organization_id, id),
    constraint webhook_delivery_once unique (organization_id, endpoint_id, sequence)
) with (fillfactor = 80);
create index webhook_delivery_pending on muster.webhook_delivery (endpoint_id, organization_id, target_id, sequence)
    where state = 'pending';
create index webhook_delivery_urgent on muster.webhook_delivery (endpoint_id, organization_id, target_id, lane, sequence)
    where state = 'pending' and lane < 2;
create index webhook_delivery_recent on muster.webhook_delivery (endpoint_id, id);
create index webhook_delivery_dead on muster.webhook_delivery (endpoint_id, organization_id, sequence) where state = 'dead';
create index webhook_delivery_finished on muster.webhook_delivery (finished_at) where finished_at is not null;
comment on table muster.webhook_delivery is 'An event for an endpoint, and how that went.';
comment on column muster.webhook_delivery.lane is '0: a leaver; 1: somebody loses a role or a membership; 2: the rest';
comment on column muster.webhook_delivery.status is 'of the last answer; null: there was none, error says why';
comment on column muster.webhook_delivery.response is 'the first 4 KiB of the last answer';
comment on column muster.webhook_delivery.log is 'all attempts: [{"at", "status", "duration_ms", "error"}]';

/*
 * A row for each target of an endpoint that has something undelivered, which is sent in order: the row is what is claimed, retried and
 * locked. When it ends is decided behind its lock, by what is pending then.
 */
create table muster.webhook_queue (
    organization_id uuid not null,
    endpoint_id uuid not null,
    target_id uuid not null,
    lane smallint not null,
    next_at timestamptz not null,
    lease uuid,
    in_hand bigint,
    holder integer,
    primary key (endpoint_id, target_id, organization_id)
) with (fillfactor = 70);
create index webhook_queue_due on muster.webhook_queue (endpoint_id, lane, next_at);
create index webhook_queue_leased on muster.webhook_queue (endpoint_id, next_at) where lease is not null;
comment on column muster.webhook_queue.next_at is 'when it is due; of one in hand: when its lease ends';
comment on column muster.webhook_queue.in_hand is 'the sequence number of what is being sent';
comment on column muster.webhook_queue.holder is 'the number of that worker; it holds an advisory lock of this number as long as it is connected';
comment on column muster.webhook_queue.lease is 'of the worker that has it in hand: whoever comes back with another one is too late';

-- Keys of the tokens that endpoints of the format "set" get.
create table muster.signing_key (
    id uuid primary key,
    public_key text not null,
    private_key bytea not null,
    created_at timestamptz(3) not null default now(),
    retired_at timestamptz(3)
);
comment on table muster.signing_key is 'ES256 keys: the public one as a JWK, the private one encrypted. The newest that is not retired signs.';

-- Whose webhooks are meant: the tenant's, or where there is none, those of the installation.
create function muster.webhook_owner() returns uuid
    language sql stable parallel safe
    as $$ select coalesce(muster.organization_id(), '00000000-0000-0000-0000-000000000000') $$;

create function muster.object(w muster.webhook_endpoint) returns json
    language sql stable
    as $$ select json_build_object('id', w.id,
        'organization_id', nullif(w.organization_id, '00000000-0000-0000-0000-000000000000'), 'name', w.name, 'url', w.url,
        'events', w.events, 'format', w.format, 'audience', w.audience, 'allow_private', w.allow_private, 'status', w.status,
        'disabled_reason', w.disabled_reason, 'created_at', muster.time_text(w.created_at), 'failures', w.failures,
        'failing_since', muster.time_text(w.failing_since), 'open_until', muster.time_text(w.open_until),
        'paused_until', muster.time_text(w.paused_until), 'last_success_at', muster.time_text(w.last_success_at),
        'previous_secret_until', muster.time_text(w.previous_secret_until)) $$;

-- Of a pending one, next_at is when its target is due: at the latest then it is sent, or what is before it.
create function muster.object(d muster.webhook_delivery) returns json
    language sql stable
    as $$ select json_build_object('id', d.id, 'event_id', d.event_id, 'sequence', d.sequence, 'action', d.action,
        'organization_id', d.organization_id, 'state', d.state, 'attempts', d.attempts, 'status', d.status, 'error', d.error,
        'duration_ms', d.duration_ms, 'response', d.response, 'log', d.log, 'created_at', muster.time_text(d.created_at),
        'attempted_at', muster.time_text(d.attempted_at), 'finished_at', muster.time_text(d.finished_at),
        'next_at', (select muster.time_text(q.next_at) from muster.webhook_queue q
                    where d.state = 'pending' and q.endpoint_id = d.endpoint_id and q.target_id = d.target_id
                          and q.organization_id = d.organization_id)) $$;

-- Whether an endpoint wants this action. The answer of a test is for nobody else.
create function muster.webhook_wants(w muster.webhook_endpoint, action text, target uuid) returns boolean
    language sql stable parallel safe
    as $$
        select case when action = 'webhook.test' then w.id = target
                    else exists (select from unnest(w.events) p
                                 where p = action or (right(p, 1) = '*' and action ^@ left(p, -1))) end
    $$;

create function muster.webhook_lane(action text) returns smallint
    language sql immutable parallel safe
    as $$
        select (case when action in ('scim.user.deactivated', 'scim.user.deprovisioned') then 0
                     when action in ('scim.group.member_removed', 'scim.group.deleted', 'team.member_removed', 'member.role_changed')
                     then 1 else 2 end)::smallint
    $$;

/*
 * Makes deliveries of sealed events for endpoints that want them: those that are there already become pending again. A leaver goes at
 * once; what was undelivered of the same target before, and is not being sent, is superseded.
 */
create function muster.webhook_enqueue(organization uuid, sequences bigint[], only_endpoint uuid) returns bigint
    language plpgsql volatile security definer
    set search_path = pg_catalog, pg_temp
    as $$
declare
    made bigint;
    endpoints uuid[]; -- of leavers among them, with their targets and sequence numbers
    targets uuid[];
    leaving bigint[];
begin
    with made as (
        insert into muster.webhook_delivery as d (organization_id, id, endpoint_id, sequence, event_id, action, target_id, lane)
        select s.organization_id, muster.uuid7(), w.id, s.sequence, e.id, e.action,
               -- A test shows what is so now: it waits for nothing that failed before, no test either.
               case when e.action = 'webhook.test' then e.id else e.target_id end, muster.webhook_lane(e.action)
        from muster.audit_seal s
        cross join lateral (select e.id, e.action, e.target_id from muster.audit_event e
                            where e.organization_id = s.organization_id and e.id = s.event_id and e.at = s.at offset 0) e
        join muster.webhook_endpoint w
            on w.organization_id in (organization, '00000000-0000-0000-0000-000000000000') and w.events is not null
               and w.status = 'enabled' and w.removed_at is null and (only_endpoint is null or w.id = only_endpoint)
               and muster.webhook_wants(w, e.action, e.target_id)
        where s.organization_id = organization and s.sequence = any (sequences)
        order by s.sequence
        on conflict on constraint webhook_delivery_once do update
            set state = 'pending', attempts = 0, finished_at = null
            where d.state <> 'pending'
        returning d.endpoint_id, d.target_id, d.sequence, d.lane
    ), queued as (
        insert into muster.webhook_queue as q (organization_id, endpoint_id, target_id, lane, next_at)
        select organization, m.endpoint_id, m.target_id, min(m.lane), now()
        from made m
        group by m.endpoint_id, m.target_id
        order by m.endpoint_id, m.target_id
        on conflict (endpoint_id, target_id, organization_id) do update
            set lane = least(q.lane, excluded.lane),
                next_at = case when excluded.lane = 0 and (q.lease is null or q.next_at <= now()) then now() else q.next_at end
    )
    select count(*), array_agg(m.endpoint_id) filter (where m.lane = 0), array_agg(m.target_id) filter (where m.lane = 0),
           array_agg(m.sequence) filter (where m.lane = 0)
    into made, endpoints, targets, leaving
    from made m;
    update muster.webhook_delivery d
    set state = 'superseded', finished_at = clock_timestamp()
    from (select f.id
          from unnest(endpoints, targets, leaving) l (endpoint_id, target_id, sequence)
          cross join lateral (select f.id, f.sequence from muster.webhook_delivery f
                              where f.endpoint_id = l.endpoint_id and f.organization_id = organization
                                    and f.target_id = l.target_id and f.state = 'pending' and f.sequence < l.sequence offset 0) f
          where not exists (select from muster.webhook_queue q
                            where q.endpoint_id = l.endpoint_id and q.target_id = l.target_id and q.organization_id = organization
                                  and q.lease is not null and q.next_at > now() and q.in_hand = f.sequence)) s
    where d.organization_id = organization and d.id = s.id;
    return made;
end
$$;
revoke all on function muster.webhook_enqueue(uuid, bigint[], uuid) from public;

/*
 * Seals what is committed, up to `most` events from a place on, and makes the deliveries. One at a time, however many workers call it:
 * whoever comes second has nothing to do (busy). The order is that of the commits wherever one transaction could know of another: what
 * was committed before another began is in an earlier round or at a lower place, and changes of one thing wait for each other's locks.
 *
 * `clear` is a place below which nothing will ever be pending again: nothing was left there when no transaction was writing events,
 * which their lock on audit_event tells (other transactions do not count). The next round looks from there on, so that rows which are
 * gone, but which some old snapshot could still see, are not read again and again. null: not known this time.
 */
create function muster.audit_seal_next(from_place bigint, most integer)
    returns table (busy boolean, sealed bigint, clear bigint, deliveries bigint)
    language plpgsql volatile security definer
    set search_path = pg_catalog, pg_temp
    as $$
declare
    batch bigint[];
    drawn bigint;
    org record;
begin
    busy := not pg_try_advisory_xact_lock(hashtextextended('muster.audit_seal', 0));
    sealed := 0;
    deliveries := 0;
    if busy then
        return next;
        return;
    end if;
    select case when s.is_called then s.last_value else 0 end into drawn from muster.audit_pending_place_seq s;
    if not exists (select from pg_locks l
                   where l.locktype = 'relation' and l.relation = 'muster.audit_event'::regclass and l.mode = 'RowExclusiveLock'
                         and l.database = (select d.oid from pg_database d where d.datname = current_database())
                         and l.pid <> pg_backend_pid()) then
        clear := drawn + 1;
    end if;
    batch := array(select p.place from muster.audit_pending p where p.place >= from_place order by p.place limit most);
    sealed := cardinality(batch);
    if clear is not null and sealed = most then
        clear := least(clear, batch[most]); -- there may be more of what was drawn
    end if;
    if sealed > 0 then
        insert into muster.audit_seal (organization_id, sequence, event_id, at, salt, commitment, hash)
        select x.organization_id, x.sequence, x.id, x.at, x.salt, x.commitment,
               muster.chain(x.hash, convert_to(x.head, 'UTF8') || x.commitment) over (partition by x.organization_id order by x.place)
        from (select p.organization_id, p.place, e.id, e.at, p.salt, h.hash, p.sequence + h.sequence as sequence,
                     muster.audit_head_text(e, p.sequence + h.sequence) as head,
                     sha256(p.salt || convert_to(e.data::text, 'UTF8')) as commitment
              from (select p.organization_id, p.place, p.event_id, p.at,
                           row_number() over (partition by p.organization_id order by p.place) as sequence,
                           uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()) as salt
                    from (select distinct on (p.organization_id, p.event_id) p.*
                          from muster.audit_pending p
                          where p.place = any (batch)
                                -- What is sealed already, or stands here twice (rows of a restored copy, say), holds up nobody.
                                and not exists (select from muster.audit_seal d
                                                where d.organization_id = p.organization_id and d.event_id = p.event_id)
                          order by p.organization_id, p.event_id, p.place) p
                    offset 0) p
              cross join lateral (select e.* from muster.audit_event e
                                  where e.organization_id = p.organization_id and e.id = p.event_id and e.at = p.at offset 0) e
              join (select o.organization_id, coalesce(t.sequence, 0) as sequence, coalesce(t.hash, decode(repeat('00', 32), 'hex')) as hash
                    from (select distinct p.organization_id from muster.audit_pending p where p.place = any (batch)) o
                    left join lateral (select s.sequence, s.hash from muster.audit_seal s where s.organization_id = o.organization_id
                                       order by s.sequence desc limit 1) t on true) h on h.organization_id = p.organization_id) x;
        for org in select p.organization_id as id, array_agg(s.sequence) filter (where not p.quiet) as sequences
                   from muster.audit_pending p
                   cross join lateral (select s.sequence from muster.audit_seal s
                                       where s.organization_id = p.organization_id and s.event_id = p.event_id offset 0) s
                   where p.place = any (batch)
                   group by p.organization_id
                   order by p.organization_id
        loop
            if exists (select from muster.webhook_endpoint w
                       where w.organization_id in (org.id, '00000000-0000-0000-0000-000000000000') and w.events is not null
                             and w.status = 'enabled' and w.removed_at is null) then
                deliveries := deliveries + muster.webhook_enqueue(org.id, org.sequences, null);
            end if;
        end loop;
        perform pg_notify('muster_events', json_build_object('organization_id', s.organization_id, 'sequence', s.sequence,
            'id', e.id, 'type', e.action, 'target_type', e.target_type, 'target_id', e.target_id)::text)
        from (select p.* from muster.audit_pending p where p.place = any (batch) and not p.quiet order by p.place offset 0) p
        cross join lateral (select s.sequence, s.organization_id from muster.audit_seal s
                            where s.organization_id = p.organization_id and s.event_id = p.event_id offset 0) s
        cross join lateral (select e.* from muster.audit_event e
                            where e.organization_id = p.organization_id and e.id = p.event_id and e.at = p.at offset 0) e;
        delete from muster.audit_pending p where p.place = any (batch);
    end if;
    return next;
end
$$;
revoke all on function muster.audit_seal_next(bigint, integer) from public;
grant execute on function muster.audit_seal_next(bigint, integer) to muster_deliver;

/*
 * Takes deliveries in hand: of each endpoint the leavers first, then the rest, in order for each target, as many as the endpoint bears
 * and `most` in all, `rest` of them no leavers, until their lease ends. Only endpoints with something undelivered are looked at, one by one; one that another
 * worker is claiming from is passed over. An endpoint bears `width` at once and as many leavers beside them; one whose circuit was open
 * is tried with one, but for leavers. The endpoints behind `behind` come first: with the one that was claimed from last, each has its
 * turn, however many older ones are slow.
 */
create function muster.webhook_claim(most integer, rest integer, width integer, lease_seconds double precision, worker integer, behind uuid)
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
revoke all on function muster.webhook_claim(integer, integer, integer, double precision, integer, uuid) from public;
grant execute on function muster.webhook_claim(integer, integer, integer, double precision, integer, uuid) to muster_deliver;

-- The number of a worker as a lock that it holds for as long as it is connected; false: another connection has it.
create function muster.webhook_worker(worker integer) returns boolean
    language sql volatile
    set search_path = pg_catalog, pg_temp
    as $$ select pg_try_advisory_lock(hashtext('muster.webhook_worker'), worker) $$;

-- What workers had in hand that are gone is due again, at once; how many. One that is only silent keeps it until the lease ends.
create function muster.webhook_release() returns bigint
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

/*
 * How an attempt ended. `outcome`: delivered, skipped (the format has no such event), failed (again in retry_seconds; null: that was the
 * last attempt), gone (410: the endpoint is disabled). Gives the state of the delivery; null: the lease was lost, and with it the word in
 * this. `pause_seconds`: the receiver wants rest. `time_scale`: our own times are shorter by that.
 */
create function muster.webhook_settle(organization uuid, endpoint uuid, target uuid, held uuid, outcome text, answer_status integer,
                                      problem text, took_ms integer, answer text, retry_seconds double precision,
                                      pause_seconds double precision, time_scale double precision)
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
    -- The first of each index: of one target, a group say, there may be very many.
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
        set failures = 0, failing_since = null, open_until = null, last_success_at = now()
        where e.id = endpoint and (e.failures > 0 or e.last_success_at is null or e.last_success_at < now() - interval '1 minute');
        return fate;
    end if;
    update muster.webhook_endpoint e
    set failures = e.failures + 1, failing_since = coalesce(e.failing_since, now()),
        open_until = case when e.failures >= 4 then now() + make_interval(secs => least(5 * 2 ^ least(e.failures - 4, 10), 60) / time_scale) end,
        paused_until = case when pause_seconds > 0 then now() + make_interval(secs => pause_seconds) else e.paused_until end
    where e.id = endpoint
    returning e.* into w;
    if w.status = 'enabled' and (outcome = 'gone' or w.failing_since < now() - interval '5 days' / time_scale) then
        update muster.webhook_endpoint e
        set status = 'disabled', disabled_reason = case when outcome = 'gone' then 'gone' else 'failing' end
        where e.id = endpoint;
        perform muster.webhook_tell(w.organization_id, 'webhook.disabled', 'webhook', endpoint,
            jsonb_build_object('url', w.url, 'reason', case when outcome = 'gone' then 'gone' else 'failing' end,
                               'failing_since', muster.time_text(w.failing_since)));
    end if;
    -- What is dead of an endpoint that hears of its own dead ones would never end.
    if fate = 'dead' and action not like 'webhook.%' then
        perform muster.webhook_tell(w.organization_id, 'webhook.delivery_dead', 'webhook', endpoint,
            jsonb_build_object('url', w.url, 'organization_id', organization, 'sequence', q.in_hand, 'action', action,
                               'status', answer_status, 'error', problem));
    end if;
    return fate;
end
$$;

-- An event of the worker's own.
create function muster.webhook_tell(organization uuid, action text, target_type text, target uuid, data jsonb) returns void
    language sql volatile security definer
    set search_path = pg_catalog, pg_temp
    as $$
        insert into muster.audit_event (organization_id, id, at, action, actor_type, target_type, target_id, data, request_id)
        select organization, i.id, now(), action, 'operator', target_type, target, data, i.id from (select muster.uuid7() as id) i
    $$;
revoke all on function muster.webhook_tell(uuid, text, text, uuid, jsonb) from public;
revoke all on function muster.webhook_settle(uuid, uuid, uuid, uuid, text, integer, text, integer, text, double precision,
                                             double precision, double precision) from public;
revoke all on function muster.webhook_worker(integer), muster.webhook_release() from public;
grant execute on function muster.webhook_worker(integer), muster.webhook_release() to muster_deliver;
grant execute on function muster.webhook_tell(uuid, text, text, uuid, jsonb) to muster_deliver;
grant execute on function muster.webhook_settle(uuid, uuid, uuid, uuid, text, integer, text, integer, text, double precision,
                                                double precision, double precision) to muster_deliver;

/*
 * A resource as anybody may see it, with its meta but for the location. What a registered schema says is never shown, or has a part that
 * is not, is left out.
 */
create function muster.shown(organization uuid, type text, resource text, created_at timestamptz, modified_at timestamptz, version bigint)
    returns json
    language sql stable
    as $$
        select (left(r.text, -1) || ',"meta":' ||
                json_build_object('resourceType', type, 'created', muster.time_text(created_at), 'lastModified', muster.time_text(modified_at),
                                  'version', 'W/"' || version || '"') || '}')::json
        from (select jsonb_object_agg(x.urn, x.names) as names
              from (select x.urn, jsonb_agg(a ->> 'name') as names
                    from muster.extension_schema x
                    cross join lateral jsonb_array_elements(x.definition::jsonb -> 'attributes') a
                    where x.organization_id = organization
                          and a @? '$.** ? (@.returned like_regex "^never$" flag "i" || @.mutability like_regex "^writeOnly$" flag "i")'
                    group by x.urn) x) hidden
        cross join lateral (select case when hidden.names is null then resource else
                                (select json_object_agg(p.key, case when jsonb_typeof(p.value) = 'object' then
                                     p.value - array(select jsonb_array_elements_text(hidden.names -> p.key)) else p.value end)::text
                                 from jsonb_each(resource::jsonb) p) end as text) r
    $$;

/*
 * An event as it is told: what happened, and what it is about as it is now. Of an organization that is the tenant of the transaction.
 *   {"id", "type", "timestamp", "sequence",
 *    "data": {"organization": {"id", "slug", "name"}, "connection": {"id", "name", "identity_provider"} or null,
 *             "actor": {"type", "id"}, "target": {"type", "id"}, "request_id", "changes": {..},
 *             "user": SCIM user, "group": SCIM group, "member": .., "team": ..}}
 * of the last four what there is.
 */
create function muster.event_object(s muster.audit_seal, e muster.audit_event) returns json
    language sql stable
    as $$
        select json_build_object('id', e.id, 'type', e.action, 'timestamp', muster.time_text(e.at), 'sequence', s.sequence, 'data',
            (select json_object_agg(d.name, d.value order by d.place)
             from (values
                 (1, 'organization', (select json_build_object('id', o.id, 'slug', o.slug, 'name', o.name)
                                      from muster.organization o where o.id = e.organization_id)),
                 (2, 'connection', (select json_build_object('id', c.id, 'name', c.name, 'identity_provider', c.identity_provider)
                                    from muster.connection c where c.organization_id = e.organization_id and c.id = e.connection_id)),
                 (3, 'actor', json_build_object('type', e.actor_type, 'id', e.actor_id)),
                 (4, 'target', json_build_object('type', e.target_type, 'id', e.target_id)),
                 (5, 'request_id', to_json(e.request_id)),
                 (6, 'changes', e.data::json),
                 (7, 'user', t.user),
                 (8, 'group', t.group),
                 (9, 'member', (select muster.object(m) from muster.member m
                                where m.organization_id = e.organization_id and m.id = t.member_id)),
                 (10, 'team', (select json_build_object('id', m.id, 'name', m.name) from muster.team m
                               where m.organization_id = e.organization_id and m.id = t.team_id))) d (place, name, value)
             where d.value is not null or d.place <= 6))
        from (select
                  (select muster.shown(u.organization_id, 'User', u.resource, u.created_at, u.modified_at, u.version) from muster.scim_user u
                   where u.organization_id = e.organization_id and u.id = i.user_id) as user,
                  (select muster.shown(g.organization_id, 'Group', g.resource, g.created_at, g.modified_at, g.version) from muster.scim_group g
                   where g.organization_id = e.organization_id and g.id = i.group_id) as group,
                  case when e.target_type = 'member' then e.target_id
                       else coalesce((select u.member_id from muster.scim_user u
                                      where u.organization_id = e.organization_id and u.id = i.user_id),
                                     muster.uuid(e.data ->> 'member')) end as member_id,
                  case when e.target_type = 'team' then e.target_id
                       else (select g.team_id from muster.scim_group g
                             where g.organization_id = e.organization_id and g.id = i.group_id) end as team_id
              from (select case when e.target_type = 'scim_user' then e.target_id
                                when e.data ->> 'type' = 'User' then muster.uuid(e.data ->> 'value') end as user_id,
                           case when e.target_type = 'scim_group' then e.target_id end as group_id) i) t
    $$;

-- The chain is as insert-only as the log, but that erasing an event takes its salt away.
create function muster.refuse_unsealing() returns trigger
    language plpgsql
    set search_path = pg_catalog, pg_temp
    as $$
declare
    kept record;
begin
    if tg_op = 'UPDATE' then
        kept := new;
        kept.salt := old.salt;
        if new.salt is null and kept is not distinct from old then
            return new;
        end if;
    end if;
    raise exception 'the audit log is insert-only' using errcode = 'insufficient_privilege';
end
$$;
create trigger insert_only before update or delete on muster.audit_seal
    for each row execute function muster.refuse_unsealing();
create trigger insert_only_truncate before truncate on muster.audit_seal
    for each statement execute function muster.refuse_unsealing();

/*
 * As before, with the salts, and nothing is sealed meanwhile: an event that is sealed as it was and erased at the same moment would keep
 * its salt, and verify no more. In what a refused request was told a text can stand anywhere.
 */
create or replace function muster.erase_events(organization uuid, targets uuid[], texts text[]) returns bigint
    language plpgsql volatile security definer
    set search_path = pg_catalog, pg_temp
    as $$
declare
    ids uuid[] := array(select e.id
                        from muster.audit_event e
                        where e.organization_id = organization and e.erased_at is null
                              and (e.target_id = any (targets)
                                   or exists (select from unnest(texts) t
                                              where strpos(lower(e.data::text), lower(to_jsonb(t)::text)) > 0
                                                    or (e.action = 'scim.request.refused'
                                                        and strpos(lower(e.data ->> 'detail'), lower(t)) > 0))));
    erased bigint;
begin
    perform pg_advisory_xact_lock(hashtextextended('muster.audit_seal', 0));
    with gone as (
        update muster.audit_event e
        set data = '{"erased": true}', erased_at = now()
        where e.organization_id = organization and e.id = any (ids) and e.erased_at is null
        returning e.id
    ), salts as (
        update muster.audit_seal s set salt = null
        from gone
        where s.organization_id = organization and s.event_id = gone.id
    ), answers as (
        update muster.webhook_delivery d set response = null
        from gone
        where d.organization_id = organization and d.event_id = gone.id and d.response is not null
    )
    select count(*) into erased from gone;
    return erased;
end
$$;

do $$
declare
    t text;
begin
    foreach t in array array['audit_pending', 'audit_seal', 'webhook_endpoint', 'webhook_delivery', 'webhook_queue', 'signing_key']
    loop
        execute format('alter table muster.%I enable row level security', t);
        execute format('alter table muster.%I force row level security', t);
        execute format('create policy operator on muster.%I to current_user using (true) with check (true)', t);
    end loop;
    foreach t in array array['webhook_endpoint', 'webhook_delivery', 'webhook_queue']
    loop
        execute format('create policy background on muster.%I to muster_deliver using (true) with check (true)', t);
        execute format('create policy tenant on muster.%I to muster_admin using (muster.everywhere() or organization_id = '
                       'muster.organization_id()) with check (muster.everywhere() or organization_id = muster.organization_id())', t);
    end loop;
end
$$;
create policy tenant on muster.audit_seal for select to muster_scim using (organization_id = muster.organization_id());
create policy everybody on muster.signing_key to muster_scim, muster_admin, muster_deliver using (true) with check (true);
grant select on muster.audit_seal to muster_admin, muster_deliver;
grant select, insert, update on muster.webhook_endpoint to muster_admin;
grant select, insert, update, delete on muster.webhook_queue to muster_deliver;
grant select, update on muster.webhook_endpoint to muster_deliver;
grant select, update, delete on muster.webhook_delivery to muster_deliver;
grant select, update (state, finished_at) on muster.webhook_delivery to muster_admin;
grant select, update (next_at), delete on muster.webhook_queue to muster_admin;
grant execute on function muster.webhook_enqueue(uuid, bigint[], uuid) to muster_admin;
grant select (id, public_key, created_at, retired_at), insert on muster.signing_key to muster_admin;
grant select on muster.signing_key to muster_deliver;

-- What waits, for the page of metrics: name, label, value. Nothing is counted that could be much without a bound.
create index attribute_mapping_pending on muster.attribute_mapping (requested_at) where version <> applied_version;
create function muster.metrics() returns table (name text, label text, value double precision)
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
                                where q.endpoint_id = w.id and q.lane = l.lane and q.next_at <= now()
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
revoke all on function muster.metrics() from public;
grant execute on function muster.metrics() to muster_admin;

-- What was written before this is sealed as it is, in the order of its times, and nobody is told.
insert into muster.audit_pending (organization_id, event_id, at, quiet)
select e.organization_id, e.id, e.at, true from muster.audit_event e order by e.at, e.id;

insert into muster.schema_migration (number, name) values (8, '0008_events');
