create or replace function muster.settle_rights() returns void
    language plpgsql volatile
    set search_path = pg_catalog, pg_temp
    as $$
declare
    f regprocedure;
begin
    for f in select p.oid::regprocedure from pg_proc p
             where p.pronamespace = 'muster'::regnamespace and p.prosecdef and has_function_privilege('public', p.oid, 'execute')
    loop
        execute format('revoke execute on function %s from public', f);
    end loop;
    if has_database_privilege('public', current_database(), 'connect, temporary') then
        execute format('revoke connect, temporary on database %I from public', current_database());
    end if;
    execute format('grant connect on database %I to muster_scim, muster_admin, muster_deliver, muster_app', current_database());
end
$$;

comment on function muster.settle_rights() is
'What every muster migrate leaves behind it, whatever the migrations before made or an operator granted: functions
that work with the owner''s rights are executable by nobody but by name, and nobody enters the database but the
programs'' roles, the application''s (muster_app, by membership) and who was granted it by name. Default privileges
could not say the first: they count for a whole database of the owner, who may have functions of the application''s
beside ours.
Parameters: none.
Returns: nothing.
Locks: none.
Called by: op_rights.';

revoke all on function muster.settle_rights() from public;
