create or replace function muster.enter(organization uuid, asked uuid, locked text, ids uuid[], whole uuid)
    returns table (organization_id uuid, connection_id uuid, dialect text, identity text, email text, linking text,
                   unknown_members text, group_names text, status text, max_users integer, max_groups integer,
                   max_group_members integer, rate integer, burst integer, now_us bigint, schema_version bigint)
    language plpgsql volatile
    as $$
declare
    exclusive boolean := locked = 'exclusive';
begin
    perform set_config('muster.organization', organization::text, true), set_config('muster.connection', asked::text, true);
    if locked = 'members' then
        exclusive := exists (select from muster.scim_group g
                             where g.organization_id = organization and g.connection_id = asked and g.id = any (ids));
        if whole is not null and not exclusive then -- a test of its own: null in the statement would have it planned anew each time
            exclusive := exists (select from muster.scim_group_group gg where gg.organization_id = organization and gg.parent_id = whole);
        end if;
    end if;
    if exclusive then
        perform pg_advisory_xact_lock(muster.connection_lock(asked));
    elsif locked is not null then
        perform pg_advisory_xact_lock_shared(muster.connection_lock(asked));
        if whole is not null then
            if exists (select from muster.scim_group_group gg where gg.organization_id = organization and gg.parent_id = whole) then
                raise exception 'a group came into the group' using errcode = 'serialization_failure';
            end if;
        end if;
    end if;
    return query
        select c.organization_id, c.id, c.dialect, c.identity, c.email, c.linking, c.unknown_members, c.group_names, c.status,
               o.max_users, o.max_groups, o.max_group_members, o.rate, o.burst, (extract(epoch from now()) * 1000000)::bigint,
               o.schema_version
        from muster.connection c
        join muster.organization o on o.id = c.organization_id
        where c.organization_id = organization and c.id = asked;
end
$$;

comment on function muster.enter(uuid, uuid, text, uuid[], uuid) is
'Makes a connection of an organization the tenant of the transaction, and locks it. Later statements see everything that
was committed before the lock was granted.
Parameters: organization, asked: ids of the organization and of the connection; locked: shared, exclusive, or members
for a change of the members in ids, or of all members of the group whole (exclusive if groups are among them, else
shared); null: no lock.
Returns: the settings of connection and organization; no row: there is no such connection. 40001: a group was added to
whole meanwhile.
Locks: the connection''s advisory lock, to the end of the transaction.
Called by: authenticate_token(), the statement enter.';

revoke all on function muster.enter(uuid, uuid, text, uuid[], uuid) from public;
grant execute on function muster.enter(uuid, uuid, text, uuid[], uuid) to muster_admin, muster_deliver;
