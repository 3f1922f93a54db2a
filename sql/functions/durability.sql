create or replace function muster.durability() returns table (kind text, blocks boolean, detail text)
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

comment on function muster.durability() is
'Reports what endangers acknowledged writes, as far as a session can see it. It cannot see a server setting that the
session overrides.
Parameters: none.
Returns: kind, blocks (changes are refused meanwhile), detail; no row: nothing is wrong.
Locks: none.
Called by: ready, op_doctor_durability.';

revoke all on function muster.durability() from public;
grant execute on function muster.durability() to muster_admin;
