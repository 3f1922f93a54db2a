create or replace function muster.settle_plans() returns void
    language plpgsql volatile
    set search_path = pg_catalog, pg_temp
    as $$
declare
    role text;
begin
    foreach role in array array['muster_scim', 'muster_admin', 'muster_deliver']
    loop
        if not exists (select from pg_db_role_setting s
                       where s.setrole = to_regrole(role) and 'plan_cache_mode=force_generic_plan' = any (s.setconfig)
                             and s.setdatabase = (select d.oid from pg_database d where d.datname = current_database())) then
            begin
                execute format('alter role %I in database %I set plan_cache_mode = force_generic_plan', role, current_database());
            exception when insufficient_privilege then
                null; -- doctor says so
            end;
        end if;
    end loop;
end
$$;

comment on function muster.settle_plans() is
'Has the statements of the programs planned once for each connection, at the end of muster migrate: with arrays as
parameters PostgreSQL would plan them for each call, for longer than they run. The setting belongs to the roles in this
database, since a pooler passes on no options of a connection. Lists that a filter shapes are planned for their values
nevertheless (the statement admit). An owner who may not set it migrates all the same.
Parameters: none.
Returns: nothing.
Locks: none.
Called by: op_plans.';

revoke all on function muster.settle_plans() from public;
