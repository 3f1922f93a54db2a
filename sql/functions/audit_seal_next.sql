create or replace function muster.audit_seal_next(from_place bigint, most integer)
    returns table (busy boolean, sealed bigint, clear bigint, deliveries bigint)
    language plpgsql volatile security definer
    set search_path = pg_catalog, pg_temp
    as $$
declare
    drawn bigint;
    batch bigint[];
    bare boolean; -- a row was written by an older program
    organizations uuid[]; -- of the events that somebody is told of, with the rest of each
    sequences bigint[];
    events uuid[];
    actions text[];
    targets uuid[];
    org record;
begin
    busy := false;
    sealed := 0;
    deliveries := 0;
    select case when s.is_called then s.last_value else 0 end into drawn from muster.audit_pending_place_seq s;
    if drawn < from_place then
        clear := from_place;
        return next;
        return;
    end if;
    perform from muster.sealer for update skip locked;
    busy := not found;
    if busy then
        return next;
        return;
    end if;
    -- Beside an old snapshot the deleted rows stay, so the table outgrows the plans that were made when it was small.
    if pg_relation_size('muster.audit_pending') > (select 16384 * greatest(c.relpages, 4) from pg_class c
                                                   where c.oid = 'muster.audit_pending'::regclass) then
        analyze (skip_locked) muster.audit_pending (place);
    end if;
    if not exists (select from pg_locks l
                   where l.locktype = 'relation' and l.relation = 'muster.audit_event'::regclass and l.mode = 'RowExclusiveLock'
                         and l.database = (select d.oid from pg_database d where d.datname = current_database())
                         and l.pid <> pg_backend_pid()) then
        clear := drawn + 1;
    end if;
    select coalesce(array_agg(p.place), '{}'), coalesce(bool_or(p.head is null), false) into batch, bare
    from (select p.place, p.head from muster.audit_pending p where p.place >= from_place order by p.place limit most) p;
    sealed := cardinality(batch);
    if clear is not null and sealed = most then
        clear := least(clear, batch[most] + 1);
    end if;
    if bare then
        perform muster.audit_pending_settle(from_place, most);
    end if;
    if sealed = 0 then
        return next;
        return;
    end if;
    with waiting as (
        delete from muster.audit_pending p where p.place = any (batch) returning p.*
    ), fresh as (
        -- Rows that are sealed already, or occur twice (after restoring a copy), must not block others.
        select f.*, row_number() over (partition by f.organization_id order by f.place) as n
        from (select distinct on (b.organization_id, b.event_id) b.*
              from waiting b
              where (select true from muster.audit_seal s
                     where s.organization_id = b.organization_id and s.event_id = b.event_id limit 1) is null
              order by b.organization_id, b.event_id, b.place) f
    ), numbered as (
        -- The last number and hash of an organization stand beside its first event.
        select f.*, coalesce(t.hash, decode(repeat('00', 32), 'hex')) as top,
               coalesce(first_value(t.sequence) over (partition by f.organization_id order by f.place), 0) + f.n as sequence
        from fresh f
        left join lateral (select s.sequence, s.hash from muster.audit_seal s
                           where s.organization_id = f.organization_id and f.n = 1
                           order by s.sequence desc limit 1) t on true
    ), chained as materialized (
        select c.*, muster.chain(c.top, convert_to(muster.netstring(c.organization_id::text) || muster.netstring(c.sequence::text)
                                                   || c.head, 'UTF8') || c.commitment)
                    over (partition by c.organization_id order by c.place) as hash
        from numbered c
    ), made as (
        insert into muster.audit_seal (organization_id, sequence, event_id, at, salt, commitment, hash)
        select c.organization_id, c.sequence, c.event_id, c.at, c.salt, c.commitment, c.hash from chained c
    ), told as (
        select c.*, pg_notify('muster_events', json_build_object('organization_id', c.organization_id, 'sequence', c.sequence,
            'id', c.event_id, 'type', c.action, 'target_type', c.target_type, 'target_id', c.target_id)::text)
        from (select c.* from chained c where not c.quiet order by c.place offset 0 /* in this order */) c
    )
    select array_agg(t.organization_id), array_agg(t.sequence), array_agg(t.event_id), array_agg(t.action), array_agg(t.target_id)
    into organizations, sequences, events, actions, targets
    from told t;
    for org in select e.organization_id as id, array_agg(e.sequence) as sequences, array_agg(e.id) as events, array_agg(e.action) as actions,
                      array_agg(e.target_id) as targets
               from unnest(organizations, sequences, events, actions, targets) e (organization_id, sequence, id, action, target_id)
               group by e.organization_id
               order by e.organization_id
    loop
        deliveries := deliveries + muster.webhook_make_or_keep(org.id, deliveries, org.sequences, org.events, org.actions, org.targets);
    end loop;
    return next;
end
$$;

comment on function muster.audit_seal_next(bigint, integer) is
'Seals committed events, up to most of them from a place on, and makes their deliveries. It reads what audit_pending has
of them, not the events. Only one call works at a time; a second one has nothing to do, and without new events a call
costs almost nothing. The order is that of the commits whenever one transaction could know of another: an event
committed before another transaction began is in an earlier round or at a lower place, and changes of the same object
wait for each other''s locks.
Parameters: from_place: the place to look from; most: events at once.
Returns: busy: another call is working; sealed: how many; clear: a place below which nothing will ever be pending again,
null: not known this time. It is known if no transaction was writing events, as their lock on audit_event shows (other
transactions do not count). The next round begins there, so that deleted rows which old snapshots can still see are not
read again and again; deliveries: how many were made. Those of a round that has many are made later, except a leaver''s
(webhook_make_or_keep): the commit announces the events, and must not wait for them.
Locks: the row of muster.sealer, to the end of the transaction; skipped if another call has it.
Called by: deliver_seal.';

revoke all on function muster.audit_seal_next(bigint, integer) from public;
grant execute on function muster.audit_seal_next(bigint, integer) to muster_deliver;
