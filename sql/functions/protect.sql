-- first: migrations make tables with it
create or replace function muster.protect(target regclass, tenant name default null, rights text default null) returns void
    language plpgsql volatile
    set search_path = pg_catalog, pg_temp
    as $$
begin
    execute format('alter table %s enable row level security, force row level security', target);
    execute format('create policy operator on %s to current_user using (true) with check (true)', target);
    if tenant is not null then
        execute format('create policy tenant on %s to %I using (organization_id = muster.organization_id()) '
                       'with check (organization_id = muster.organization_id())', target, tenant);
    end if;
    if rights is not null then
        execute format('grant %s on %s to %I', rights, target, tenant);
    end if;
end
$$;

comment on function muster.protect(regclass, name, text) is
'Protects a new table; every table of ours gets this. It forces row-level security, with a policy that shows every
organization to the owner, and for one role a policy that shows the rows of the transaction''s organization (by
organization_id), with rights. The migration grants rights to other roles.
Parameters: target: the table; tenant: the role, null: none; rights: as in grant, null: none.
Returns: nothing.
Locks: access exclusive on the table.
Called by: migrations, audit_partitions.';

revoke all on function muster.protect(regclass, name, text) from public;
