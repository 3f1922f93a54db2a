create or replace function muster.audit_partitions_ahead() returns table (made integer, busy boolean, kept integer)
    language plpgsql volatile security definer
    set search_path = pg_catalog, pg_temp
    as $$
declare
    month date;
begin
    made := 0;
    busy := false;
    kept := 0;
    perform set_config('lock_timeout', '200ms', true);
    for month in select generate_series(m.first, m.first + interval '3 months', interval '1 month')::date
                 from (select date_trunc('month', now() at time zone 'UTC') as first) m
    loop
        continue when to_regclass('muster.audit_event_' || to_char(month, 'YYYY_MM')) is not null;
        if exists (select from muster.audit_event_default e
                   where e.at >= month::timestamp at time zone 'UTC' and e.at < (month + interval '1 month') at time zone 'UTC') then
            kept := kept + 1;
            continue;
        end if;
        begin
            lock table only muster.audit_event in share update exclusive mode;
            lock table muster.audit_event_default in access exclusive mode;
            if to_regclass('muster.audit_event_' || to_char(month, 'YYYY_MM')) is null then
                perform muster.audit_partition(month);
                made := made + 1;
            end if;
        exception
            when lock_not_available then
                busy := true;
                exit;
            when insufficient_privilege then
                kept := kept + 1; -- an event came into the default partition meanwhile, and stays there
        end;
    end loop;
    return next;
end
$$;

comment on function muster.audit_partitions_ahead() is
'Makes the missing partitions of the audit log for this month and the next three: few, because whoever reads events of
any time opens them all, and enough for a worker that does not run for weeks.
Parameters: none.
Returns: made: how many; busy: somebody reads the whole log (a dump, a report), try again later; kept: months of which
the default partition already has events, so that they stay there until muster audit partitions --repair.
Locks: those of audit_partition; it waits for them for 200 ms, because others wait behind it.
Called by: deliver_partitions, op_partitions, audit_partitions.';

revoke all on function muster.audit_partitions_ahead() from public;
grant execute on function muster.audit_partitions_ahead() to muster_deliver;
