create or replace function muster.audit_partitions(months integer) returns void
    language plpgsql
    as $$
declare
    month date;
    part text;
begin
    for month in select generate_series(date_trunc('month', now() at time zone 'UTC')::date,
                                        (date_trunc('month', now() at time zone 'UTC') + make_interval(months => months))::date,
                                        interval '1 month')::date
    loop
        part := 'audit_event_' || to_char(month, 'YYYY_MM');
        if to_regclass('muster.' || part) is null then
            execute format('create table muster.%I partition of muster.audit_event for values from (%L) to (%L)', part,
                           month::text || ' 00:00:00+00', (month + interval '1 month')::date::text || ' 00:00:00+00');
            perform muster.protect(format('muster.%I', part));
        end if;
    end loop;
end
$$;

comment on function muster.audit_partitions(integer) is
'Makes the missing partitions of the audit log from this month to the given number of months ahead.
Parameters: months: how many after this one.
Returns: nothing.
Locks: access exclusive on muster.audit_event for each partition that is made.
Called by: op_partitions.';

revoke all on function muster.audit_partitions(integer) from public;
