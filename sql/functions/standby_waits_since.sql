create or replace function muster.standby_waits_since() returns timestamptz
    language plpgsql stable security definer
    set search_path = pg_catalog, pg_temp
    as $$
begin
    return (select min(coalesce(a.query_start, a.backend_start))
            from pg_stat_get_activity(null) a
            where a.wait_event = 'SyncRep' and a.datid = (select d.oid from pg_database d where d.datname = current_database()));
end
$$;

comment on function muster.standby_waits_since() is
'Since when a commit in this database has waited for a synchronous standby.
Parameters: none.
Returns: the time; null: none is waiting.
Locks: none.
Called by: standby_waits, durability.';

revoke all on function muster.standby_waits_since() from public;
