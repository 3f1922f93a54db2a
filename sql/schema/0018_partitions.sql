-- The audit log had partitions for two years ahead, and each statement that reads events of any time opened them all. Those of more
-- than three months ahead go, if nobody has written there (muster.audit_partitions_ahead() makes them in time).
lock table muster.audit_event in access exclusive mode;
do $$
declare
    part regclass;
    filled boolean;
begin
    for part in select c.oid::regclass
                from pg_inherits i
                join pg_class c on c.oid = i.inhrelid
                where i.inhparent = 'muster.audit_event'::regclass and c.relname ~ '^audit_event_[0-9]{4}_[0-9]{2}$'
                      and to_date(right(c.relname, 7), 'YYYY_MM') > date_trunc('month', now() at time zone 'UTC') + interval '3 months'
    loop
        execute format('select exists (select from %s)', part) into filled;
        if not filled then
            execute format('drop table %s', part);
        end if;
    end loop;
end
$$;

insert into muster.schema_migration (number, name) values (18, '0018_partitions');
