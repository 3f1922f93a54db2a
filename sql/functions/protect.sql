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
'What every table of ours gets when it is made: row-level security that also counts for its owner, whose policy sees
every organization, and for one role the policy that sees the rows of its transaction''s organization (the table has
an organization_id), with rights. What another role may besides stands in the migration.
Parameters: target: the table; tenant: the role, null: none; rights: as grant has them, null: none.
Returns: nothing.
Locks: access exclusive on the table.
Called by: migrations, audit_partitions.';

revoke all on function muster.protect(regclass, name, text) from public;
