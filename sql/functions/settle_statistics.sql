create or replace function muster.settle_statistics() returns void
    language plpgsql volatile security definer
    set search_path = pg_catalog, pg_temp
    as $$
declare
    t record;
begin
    if not pg_try_advisory_xact_lock(hashtextextended('muster.settle_statistics', 0)) then
        return;
    end if;
    for t in
        select c.oid::regclass as name, string_agg(distinct quote_ident(a.attname), ', ') as columns
        from pg_class c
        join pg_index i on i.indrelid = c.oid
        join pg_attribute a on a.attrelid = c.oid
              and (a.attnum = any (i.indkey)
                   or exists (select from pg_depend d -- a condition of the index
                              where d.classid = 'pg_class'::regclass and d.objid = i.indexrelid and d.refobjid = c.oid
                                    and d.refobjsubid = a.attnum))
        where c.relnamespace = 'muster'::regnamespace and c.relkind = 'r'
              and pg_relation_size(c.oid) / current_setting('block_size')::bigint >= greatest(2 * c.relpages, 2)
        group by c.oid
    loop
        execute format('analyze (skip_locked) %s (%s)', t.name, t.columns);
    end loop;
end
$$;

comment on function muster.settle_statistics() is
'Makes the statistics of tables that have become twice as large as when theirs were made, which autovacuum would do
a minute or more later. An import fills empty tables meanwhile, and for an empty table every index looks as good as the
right one. New statistics also make all connections plan their statements anew. Only columns of indexes and of their
conditions are looked at: which index is read depends on them, and the others are long.
Parameters: none.
Returns: nothing.
Locks: the grown tables against other maintenance; those that are locked are skipped. An advisory lock, so that one
caller works at a time and the others do not wait.
Called by: plans_settle.';

revoke all on function muster.settle_statistics() from public;
grant execute on function muster.settle_statistics() to muster_scim;
