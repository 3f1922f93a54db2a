create or replace function muster.recount_usage(organization uuid) returns void
    language plpgsql volatile
    set search_path = pg_catalog, pg_temp
    as $$
begin
    perform pg_advisory_xact_lock(muster.connection_lock(c.id))
    from (select c.id from muster.connection c where c.organization_id = organization order by c.id) c;
    delete from muster.organization_usage o where o.organization_id = organization;
    delete from muster.connection_usage u where u.organization_id = organization;
    insert into muster.connection_usage (organization_id, connection_id, slot, users, groups)
    select c.organization_id, c.id, 0,
           (select count(*) from muster.scim_user u
            where u.organization_id = c.organization_id and u.connection_id = c.id and u.removed_at is null),
           (select count(*) from muster.scim_group g where g.organization_id = c.organization_id and g.connection_id = c.id)
    from muster.connection c
    where c.organization_id = organization;
end
$$;

comment on function muster.recount_usage(uuid) is
'Counts the live users and groups of an organization''s connections anew.
Parameters: organization: its id.
Returns: nothing.
Locks: its connections, exclusive, in the order of their ids: nobody changes a user or a group meanwhile.
Called by: op_usage_recount, op_import_usage.';

revoke all on function muster.recount_usage(uuid) from public;
