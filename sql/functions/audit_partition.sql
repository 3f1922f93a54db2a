create or replace function muster.audit_partition(month date) returns void
    language plpgsql volatile
    set search_path = pg_catalog, pg_temp
    as $$
declare
    part text := 'audit_event_' || to_char(month, 'YYYY_MM');
begin
    execute format('create table muster.%I (like muster.audit_event including all) '
                   'with (autovacuum_vacuum_insert_scale_factor = 0, autovacuum_vacuum_insert_threshold = 10000)', part);
    perform muster.protect(format('muster.%I', part));
    execute format('with moved as (delete from muster.audit_event_default where at >= %2$L and at < %3$L returning *) '
                   'insert into muster.%1$I select * from moved', part, month::text || ' 00:00:00+00',
                   (month + interval '1 month')::date::text || ' 00:00:00+00');
    execute format('alter table muster.audit_event attach partition muster.%I for values from (%L) to (%L)', part,
                   month::text || ' 00:00:00+00', (month + interval '1 month')::date::text || ' 00:00:00+00');
end
$$;

comment on function muster.audit_partition(date) is
'Makes the partition of the audit log for a month and moves the events of the month there that the default partition
has; moving any needs that partition''s trigger insert_only disabled.
Parameters: month: its first day.
Returns: nothing. 42P07: there is one.
Locks: share update exclusive on muster.audit_event, which stops nobody who writes or reads; access exclusive on
muster.audit_event_default, which stops whoever reads events of any time; share row exclusive on
muster.organization, which stops whoever changes one.
Called by: audit_partitions_ahead, audit_partitions_repair.';

revoke all on function muster.audit_partition(date) from public;
