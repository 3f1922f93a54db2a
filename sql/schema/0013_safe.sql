-- What an acknowledged write is worth: commits that wait for a standby, and what keeps them from it.

-- What a role waits for, and since when, is seen by members of that role: the owner looks at all programs, with the functions below.
-- Where it may not make itself a member, it sees its own sessions alone, and doctor says so.
do $$
begin
    grant muster_scim, muster_admin, muster_deliver to current_user;
exception when insufficient_privilege then
    raise notice 'the owner is no member of the programs'' roles, and will not see what they wait for';
end
$$;

-- A statement whose client has gone ends within a second: nothing is cancelled any more. A commit that waits for a standby does not.
alter role muster_admin set client_connection_check_interval = '1s';
alter role muster_deliver set client_connection_check_interval = '1s';

-- Since when a commit in this database has waited for a synchronous standby; null: none waits.
create function muster.standby_waits_since() returns timestamptz
    language plpgsql stable security definer
    set search_path = pg_catalog, pg_temp
    as $$
begin
    return (select min(coalesce(a.query_start, a.backend_start))
            from pg_stat_get_activity(null) a
            where a.wait_event = 'SyncRep' and a.datid = (select d.oid from pg_database d where d.datname = current_database()));
end
$$;
revoke all on function muster.standby_waits_since() from public;

-- Whether that is so long that no other change should wait beside it.
create function muster.standby_waits() returns boolean
    language plpgsql stable security definer
    set search_path = pg_catalog, pg_temp
    as $$
begin
    return coalesce(muster.standby_waits_since() < clock_timestamp() - interval '2 seconds', false);
end
$$;
revoke all on function muster.standby_waits() from public;
grant execute on function muster.standby_waits() to muster_scim, muster_admin, muster_deliver;

/*
 * What is wrong with the promise that an acknowledged write stays, as far as it can be seen from here: no row, nothing. `blocks`: changes
 * are refused meanwhile. A setting of the server that the session has another value of is not known.
 */
create function muster.durability() returns table (kind text, blocks boolean, detail text)
    language plpgsql stable security definer
    set search_path = pg_catalog, pg_temp
    as $$
declare
    since timestamptz := muster.standby_waits_since();
    named boolean := current_setting('synchronous_standby_names') <> '';
begin
    if named and not exists (select from pg_stat_get_wal_senders() w where w.sync_state is null or w.sync_state in ('sync', 'quorum')) then
        return query select 'standby', true, 'synchronous_standby_names is set and no such standby is connected: changes wait and are not acknowledged';
    elsif since < clock_timestamp() - interval '2 seconds' then
        return query select 'standby', true,
            'a commit has waited for a synchronous standby for ' || extract(epoch from clock_timestamp() - since)::integer || ' seconds';
    end if;
    return query
        select 'synchronous_commit', false, 'synchronous_commit is ' || v.value || ' for ' || r.name || ': '
               || case when v.value = 'off' then 'acknowledged changes of the last moments are lost in a crash'
                       else 'acknowledged changes are lost with this server, although synchronous_standby_names is set' end
        from unnest(array['muster_scim', 'muster_admin', 'muster_deliver', session_user::text]) with ordinality r (name, place)
        left join pg_roles o on o.rolname = r.name
        cross join lateral (
            select coalesce(
                (select c.value
                 from (select split_part(c, '=', 2) as value, s.setrole <> 0 as by_role, s.setdatabase <> 0 as by_database
                       from pg_db_role_setting s
                       cross join lateral unnest(s.setconfig) c
                       where s.setrole in (0, o.oid) and c ^@ 'synchronous_commit='
                             and s.setdatabase in (0, (select d.oid from pg_database d where d.datname = current_database()))) c
                 order by c.by_role desc, c.by_database desc
                 limit 1),
                (select s.setting from pg_settings s
                 where s.name = 'synchronous_commit' and (r.name = session_user or s.source in ('default', 'configuration file', 'command line')))
            ) as value) v
        where (r.place <= 3 or r.name not in ('muster_scim', 'muster_admin', 'muster_deliver'))
              and (v.value = 'off' or (v.value = 'local' and named))
        order by r.place;
end
$$;
revoke all on function muster.durability() from public;
grant execute on function muster.durability() to muster_admin;

insert into muster.schema_migration (number, name) values (13, '0013_safe');
