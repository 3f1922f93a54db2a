create or replace function muster.audit_partitions_repair() returns table (months integer, events bigint)
    language plpgsql volatile
    set search_path = pg_catalog, pg_temp
    as $$
declare
    month date;
begin
    months := 0;
    perform set_config('lock_timeout', '1s', true);
    lock table only muster.audit_event in share update exclusive mode;
    lock table muster.audit_event_default in access exclusive mode;
    select count(*) into events from muster.audit_event_default;
    if events > 0 then
        alter table muster.audit_event_default disable trigger insert_only;
        for month in select distinct date_trunc('month', e.at at time zone 'UTC')::date from muster.audit_event_default e order by 1
        loop
            perform muster.audit_partition(month);
            months := months + 1;
        end loop;
        alter table muster.audit_event_default enable trigger insert_only;
    end if;
    return next;
end
$$;

comment on function muster.audit_partitions_repair() is
'Moves the events that the default partition has to partitions of their months, which it makes.
Parameters: none.
Returns: months: how many partitions were made; events: how many were moved.
Locks: those of audit_partition, to the end of the transaction; 55P03: not within a second.
Called by: op_partitions_repair.';

revoke all on function muster.audit_partitions_repair() from public;
