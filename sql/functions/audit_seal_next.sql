create or replace function muster.audit_seal_next(from_place bigint, most integer)
    returns table (busy boolean, sealed bigint, clear bigint, deliveries bigint)
    language plpgsql volatile security definer
    set search_path = pg_catalog, pg_temp
    as $$
declare
    batch bigint[];
    drawn bigint;
    numbered bigint;
    org record;
begin
    perform from muster.sealer for update skip locked;
    busy := not found;
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
        clear := least(clear, batch[most]); -- there may be more at the last place
    end if;
    if sealed > 0 then
        insert into muster.audit_seal (organization_id, sequence, event_id, at, salt, commitment, hash)
        select x.organization_id, x.sequence, x.id, x.at, x.salt, x.commitment,
               muster.chain(x.hash, convert_to(x.head, 'UTF8') || x.commitment) over (partition by x.organization_id order by x.place)
        from (select p.organization_id, p.place, (p.e).id, (p.e).at, p.salt, h.hash, p.sequence + h.sequence as sequence,
                     muster.audit_head_text(p.e, p.sequence + h.sequence) as head,
                     sha256(p.salt || convert_to((p.e).data::text, 'UTF8')) as commitment
              from (select p.organization_id, p.place, found.e,
                           row_number() over (partition by p.organization_id order by p.place) as sequence,
                           uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()) as salt
                    from (select distinct on (p.organization_id, p.event_id) p.*
                          from muster.audit_pending p
                          where p.place = any (batch)
                                -- Rows that are sealed already, or occur twice (after restoring a copy), must not block
                                -- others.
                                and not exists (select from muster.audit_seal d
                                                where d.organization_id = p.organization_id and d.event_id = p.event_id)
                          order by p.organization_id, p.event_id, p.place) p
                    cross join lateral (select e from muster.audit_event e
                                        where e.organization_id = p.organization_id and e.id = p.event_id and e.at = p.at offset 0 /* each by its key */) found
                    offset 0 /* a number and a salt once for each */) p
              join (select o.organization_id, coalesce(t.sequence, 0) as sequence, coalesce(t.hash, decode(repeat('00', 32), 'hex')) as hash
                    from (select distinct p.organization_id from muster.audit_pending p where p.place = any (batch)) o
                    left join lateral (select s.sequence, s.hash from muster.audit_seal s where s.organization_id = o.organization_id
                                       order by s.sequence desc limit 1) t on true) h on h.organization_id = p.organization_id) x;
        get diagnostics numbered = row_count;
        if numbered < sealed then
            for org in select p.organization_id as id, count(*) as missing, min(p.at) as first, max(p.at) as last
                       from muster.audit_pending p
                       where p.place = any (batch)
                             and not exists (select from muster.audit_event e
                                             where e.organization_id = p.organization_id and e.id = p.event_id and e.at = p.at)
                       group by p.organization_id
            loop
                raise warning 'organization %: % audit events of % to % were to be sealed and are not there', org.id, org.missing, org.first, org.last;
            end loop;
        end if;
        for org in select p.organization_id as id, array_agg(s.sequence) filter (where not p.quiet) as sequences
                   from muster.audit_pending p
                   cross join lateral (select s.sequence from muster.audit_seal s
                                       where s.organization_id = p.organization_id and s.event_id = p.event_id offset 0 /* each by its key */) s
                   where p.place = any (batch)
                   group by p.organization_id
                   order by p.organization_id
        loop
            if exists (select from muster.webhook_endpoint w
                       where w.organization_id in (org.id, muster.installation()) and w.events is not null
                             and w.status = 'enabled' and w.removed_at is null) then
                deliveries := deliveries + muster.webhook_enqueue(org.id, org.sequences, null);
            end if;
        end loop;
        perform pg_notify('muster_events', json_build_object('organization_id', s.organization_id, 'sequence', s.sequence,
            'id', e.id, 'type', e.action, 'target_type', e.target_type, 'target_id', e.target_id)::text)
        from (select p.* from muster.audit_pending p where p.place = any (batch) and not p.quiet order by p.place offset 0 /* in this order */) p
        cross join lateral (select s.sequence, s.organization_id from muster.audit_seal s
                            where s.organization_id = p.organization_id and s.event_id = p.event_id offset 0 /* each by its key */) s
        cross join lateral (select e.* from muster.audit_event e
                            where e.organization_id = p.organization_id and e.id = p.event_id and e.at = p.at offset 0 /* each by its key */) e;
        delete from muster.audit_pending p where p.place = any (batch);
    end if;
    return next;
end
$$;

comment on function muster.audit_seal_next(bigint, integer) is
'Seals committed events, up to most of them from a place on, and makes their deliveries. Only one call works at a
time; a second one has nothing to do. The order is that of the commits whenever one transaction could know of another:
an event committed before another transaction began is in an earlier round or at a lower place, and changes of the same
object wait for each other''s locks. If a pending event is missing (a dropped partition, a restored copy), it gets no
number, so that there is no hole; a warning says so, and the entry is deleted.
Parameters: from_place: the place to look from; most: events at once.
Returns: busy: another call is working; sealed: how many; clear: a place below which nothing will ever be pending again,
null: not known this time. It is known if no transaction was writing events, as their lock on audit_event shows (other
transactions do not count). The next round begins there, so that deleted rows which old snapshots can still see are not
read again and again; deliveries: how many were made.
Locks: the row of muster.sealer, to the end of the transaction; skipped if another call has it.
Called by: deliver_seal.';

revoke all on function muster.audit_seal_next(bigint, integer) from public;
grant execute on function muster.audit_seal_next(bigint, integer) to muster_deliver;
