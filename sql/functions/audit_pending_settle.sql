create or replace function muster.audit_pending_settle(from_place bigint, most integer) returns bigint
    language plpgsql volatile security definer
    set search_path = pg_catalog, pg_temp
    as $$
declare
    batch bigint[];
    org record;
begin
    perform from muster.sealer for update;
    batch := array(select p.place from muster.audit_pending p where p.place >= from_place order by p.place limit most);
    update muster.audit_pending p
    set head = x.head, salt = x.salt, commitment = sha256(x.salt || convert_to(x.data, 'UTF8')), action = x.action, target_type = x.target_type,
        target_id = x.target_id
    from (select w.place, w.organization_id, muster.audit_head_rest(found.e) as head, (found.e).data::text as data, (found.e).action,
                 (found.e).target_type, (found.e).target_id, uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()) as salt
          from muster.audit_pending w
          cross join lateral (select e from muster.audit_event e
                              where e.organization_id = w.organization_id and e.id = w.event_id and e.at = w.at offset 0 /* each by its key */) found
          where w.place = any (batch) and w.head is null
          offset 0 /* a salt once for each */) x
    where p.place = x.place and p.organization_id = x.organization_id;
    for org in
        with gone as (
            delete from muster.audit_pending p
            where p.place = any (batch)
                  and (select true from muster.audit_event e
                       where e.organization_id = p.organization_id and e.id = p.event_id and e.at = p.at limit 1) is null
            returning p.organization_id, p.at
        )
        select g.organization_id as id, count(*) as missing, min(g.at) as first, max(g.at) as last from gone g group by g.organization_id
    loop
        raise warning 'organization %: % audit events of % to % were to be sealed and are not there', org.id, org.missing, org.first, org.last;
    end loop;
    return batch[most] + 1;
end
$$;

comment on function muster.audit_pending_settle(bigint, integer) is
'Compares what waits to be sealed with the events, up to most rows from a place on. A row whose event is missing (a
dropped partition, a restored copy) would leave a place in the chain that never verifies: it is deleted, and a warning
says so. A row of an older program gets what the chain needs.
Parameters: from_place; most.
Returns: the place to go on from; null: that was the last row.
Locks: the row of muster.sealer, to the end of the transaction.
Called by: audit_seal_next, deliver_settle_pending.';

revoke all on function muster.audit_pending_settle(bigint, integer) from public;
grant execute on function muster.audit_pending_settle(bigint, integer) to muster_deliver;
