-- first: a trigger calls it
create or replace function muster.keep_settings() returns trigger
    language plpgsql volatile security definer
    set search_path = pg_catalog, pg_temp
    as $$
begin
    -- The locks wait for a change that is not committed: it does not see a token that is not.
    if new.of_connection is null then
        select concat_ws(' ', c.dialect, c.identity, c.email, c.linking, c.unknown_members, c.group_names, c.status)
        into new.of_connection
        from muster.connection c
        where c.organization_id = new.organization_id and c.id = new.connection_id
        for share;
    end if;
    if new.of_organization is null then
        select concat_ws(' ', coalesce(o.max_users::text, '-'), coalesce(o.max_groups::text, '-'),
                         coalesce(o.max_group_members::text, '-'), coalesce(o.rate::text, '-'), coalesce(o.burst::text, '-'),
                         o.schema_version)
        into new.of_organization
        from muster.organization o
        where o.id = new.organization_id
        for share;
    end if;
    return new;
end
$$;

comment on function muster.keep_settings() is
'Makes what a token keeps of its connection and its organization, where that is null, so that admit() reads one row.
Parameters: none: a trigger.
Returns: the row.
Locks: the connection and the organization, shared.
Called by: trigger settings of token.';

revoke all on function muster.keep_settings() from public;
