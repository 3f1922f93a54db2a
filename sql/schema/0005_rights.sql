-- Who may do what: row-level security forced on every tenant table, and the least rights for each role.
-- The role that runs the migrations is the operator's: it sees every organization.

do $$
declare
    t text;
begin
    foreach t in array array['organization_domain', 'connection', 'member', 'team', 'team_member', 'team_member_parked',
                             'organization_usage', 'scim_user', 'scim_user_email', 'scim_group', 'scim_group_user',
                             'scim_group_group', 'link_request', 'audit_event', 'audit_event_default']
    loop
        execute format('alter table muster.%I enable row level security', t);
        execute format('alter table muster.%I force row level security', t);
        execute format('create policy operator on muster.%I to current_user using (true) with check (true)', t);
        execute format('create policy tenant on muster.%I to muster_scim using (organization_id = muster.organization_id()) '
                       'with check (organization_id = muster.organization_id())', t);
    end loop;
end
$$;

alter table muster.organization enable row level security;
alter table muster.organization force row level security;
create policy operator on muster.organization to current_user using (true) with check (true);
create policy tenant on muster.organization to muster_scim using (id = muster.organization_id());

-- No policy for muster_scim: it reaches a token only through muster.authenticate().
alter table muster.token enable row level security;
alter table muster.token force row level security;
create policy operator on muster.token to current_user using (true) with check (true);

/*
 * Who is this? The one place where a token is read by the role that faces the internet: it sees the row whose hash it presents and no
 * other. A valid token sets the tenant of the transaction; without it every later statement sees no row. `asked` is
 * the connection that the URL names, null if none; another than the token's sets no tenant.
 * Last use is written at most every five minutes, and never waited for.
 */
create function muster.authenticate(presented bytea, asked uuid)
    returns table (token_id uuid, organization_id uuid, connection_id uuid, matches boolean, dialect text, identity text,
                   email text, linking text, unknown_members text, group_names text, status text, max_users integer,
                   max_groups integer, max_group_members integer, now_us bigint)
    language plpgsql volatile security definer
    set search_path = pg_catalog, pg_temp
    as $$
declare
    t muster.token;
begin
    select * into t from muster.token where token.hash = presented;
    if not found or t.revoked_at is not null or t.expires_at <= now() then
        return;
    end if;
    if asked is null or asked = t.connection_id then
        perform set_config('muster.organization', t.organization_id::text, true),
                set_config('muster.connection', t.connection_id::text, true);
    end if;
    if t.last_used_at is null or t.last_used_at < now() - interval '5 minutes' then
        update muster.token set last_used_at = now()
        where token.id = (select u.id from muster.token u where u.id = t.id for update skip locked);
    end if;
    return query
        select t.id, t.organization_id, t.connection_id, asked is null or asked = t.connection_id, c.dialect, c.identity,
               c.email, c.linking, c.unknown_members, c.group_names, c.status, o.max_users, o.max_groups,
               o.max_group_members, (extract(epoch from now()) * 1000000)::bigint
        from muster.connection c
        join muster.organization o on o.id = c.organization_id
        where c.organization_id = t.organization_id and c.id = t.connection_id;
end
$$;
revoke all on function muster.authenticate(bytea, uuid) from public;
grant execute on function muster.authenticate(bytea, uuid) to muster_scim;
revoke all on function muster.audit_partitions(integer) from public;

grant select on muster.organization, muster.organization_domain, muster.connection, muster.scim_user_group,
    muster.scim_group_member to muster_scim;
grant select, insert, update on muster.member, muster.team, muster.scim_user, muster.organization_usage to muster_scim;
grant select, insert, update, delete on muster.team_member, muster.scim_group to muster_scim;
grant select, insert, delete on muster.team_member_parked, muster.scim_user_email, muster.scim_group_user,
    muster.scim_group_group to muster_scim;
grant select, insert, update on muster.link_request to muster_scim;
grant select, insert on muster.audit_event to muster_scim;

-- The application: reads what is its own, of all organizations (it knows whose request it serves).
do $$
declare
    t text;
begin
    foreach t in array array['member', 'team', 'team_member', 'organization']
    loop
        execute format('create policy application on muster.%I for select to muster_app using (true)', t);
        execute format('grant select on muster.%I to muster_app', t);
    end loop;
end
$$;
grant select on muster.team_roster, muster.active_member to muster_app;

-- A statement that was prepared while a table was small must not read all of it when it has grown: by index, always.
alter role muster_scim set enable_seqscan = off;
-- Compiling a statement takes half a second, running it a millisecond.
alter role muster_scim set jit = off;

insert into muster.schema_migration (number, name) values (5, '0005_rights');
