-- Who may do what, beyond the tables: functions, the database itself, locks.

alter table muster.schema_migration add column checksum bytea check (octet_length(checksum) = 32);
comment on column muster.schema_migration.checksum is 'SHA-256 of the migration''s text, written by muster migrate behind it';

/*
 * What every `muster migrate` leaves behind it, whatever the migrations before made or an operator granted: functions that work with the
 * owner's rights are executable by nobody but by name, and nobody enters the database but the programs' roles, the application's
 * (muster_app, by membership) and who was granted it by name. Default privileges could not say the first: they count for a whole
 * database of the owner, who may have functions of the application's beside ours.
 */
create function muster.settle_rights() returns void
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
revoke all on function muster.settle_rights() from public;

-- What the sealer takes, and who wants nothing sealed meanwhile: a row that no role may touch but through the functions here.
create table muster.sealer (
    one boolean primary key default true check (one)
);
comment on table muster.sealer is 'One row, which is locked by whoever seals the audit log.';
insert into muster.sealer default values;
alter table muster.sealer enable row level security;
alter table muster.sealer force row level security;
create policy operator on muster.sealer to current_user using (true) with check (true);

-- Until the end of the transaction no event is sealed.
create function muster.hold_sealer() returns void
    language plpgsql volatile security definer
    set search_path = pg_catalog, pg_temp
    as $$
begin
    perform from muster.sealer for update;
end
$$;
revoke all on function muster.hold_sealer() from public;
grant execute on function muster.hold_sealer() to muster_admin;

-- The key of a connection's advisory lock, of a class that nothing else beside us in this database has.
create function muster.connection_lock(connection uuid) returns bigint
    language sql immutable parallel safe
    as $$ select hashtextextended('muster.connection ' || connection::text, 0) $$;

-- As before, with the lock's key from muster.connection_lock().
create or replace function muster.enter(organization uuid, asked uuid, locked text, ids uuid[], whole uuid)
    returns table (organization_id uuid, connection_id uuid, dialect text, identity text, email text, linking text,
                   unknown_members text, group_names text, status text, max_users integer, max_groups integer,
                   max_group_members integer, rate integer, burst integer, now_us bigint, schema_version bigint)
    language plpgsql volatile
    set search_path = pg_catalog, pg_temp
    as $$
declare
    exclusive boolean := locked = 'exclusive';
begin
    perform set_config('muster.organization', organization::text, true), set_config('muster.connection', asked::text, true);
    if locked = 'members' then
        exclusive := exists (select from muster.scim_group g
                             where g.organization_id = organization and g.connection_id = asked and g.id = any (ids))
            or exists (select from muster.scim_group_group gg where gg.organization_id = organization and gg.parent_id = whole);
    end if;
    if exclusive then
        perform pg_advisory_xact_lock(muster.connection_lock(asked));
    elsif locked is not null then
        perform pg_advisory_xact_lock_shared(muster.connection_lock(asked));
        if exists (select from muster.scim_group_group gg where gg.organization_id = organization and gg.parent_id = whole) then
            raise exception 'a group came into the group' using errcode = 'serialization_failure';
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

/*
 * As before, with a row of ours in place of a lock that anybody who can connect could take. What waits for an event that is not there (a
 * dropped partition, a restored copy) gets no number, so that it leaves no hole: it is told as a warning, and goes away.
 */
create or replace function muster.audit_seal_next(from_place bigint, most integer)
    returns table (busy boolean, sealed bigint, clear bigint, deliveries bigint)
    language plpgsql volatile security definer
    set search_path = pg_catalog, pg_temp
    as $$
declare
    batch bigint[];
    drawn bigint;
    numbered bigint;
    org record;
begin
    perform from muster.sealer for update skip locked;
    busy := not found;
    sealed := 0;
    deliveries := 0;
    if busy then
        return next;
        return;
    end if;
    select case when s.is_called then s.last_value else 0 end into drawn from muster.audit_pending_place_seq s;
    if not exists (select from pg_locks l
                   where l.locktype = 'relation' and l.relation = 'muster.audit_event'::regclass and l.mode = 'RowExclusiveLock'
                         and l.database = (select d.oid from pg_database d where d.datname = current_database())
                         and l.pid <> pg_backend_pid()) then
        clear := drawn + 1;
    end if;
    batch := array(select p.place from muster.audit_pending p where p.place >= from_place order by p.place limit most);
    sealed := cardinality(batch);
    if clear is not null and sealed = most then
        clear := least(clear, batch[most]); -- there may be more of what was drawn
    end if;
    if sealed > 0 then
        insert into muster.audit_seal (organization_id, sequence, event_id, at, salt, commitment, hash)
        select x.organization_id, x.sequence, x.id, x.at, x.salt, x.commitment,
               muster.chain(x.hash, convert_to(x.head, 'UTF8') || x.commitment) over (partition by x.organization_id order by x.place)
        from (select p.organization_id, p.place, (p.e).id, (p.e).at, p.salt, h.hash, p.sequence + h.sequence as sequence,
                     muster.audit_head_text(p.e, p.sequence + h.sequence) as head,
                     sha256(p.salt || convert_to((p.e).data::text, 'UTF8')) as commitment
              from (select p.organization_id, p.place, found.e,
                           row_number() over (partition by p.organization_id order by p.place) as sequence,
                           uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()) as salt
                    from (select distinct on (p.organization_id, p.event_id) p.*
                          from muster.audit_pending p
                          where p.place = any (batch)
                                -- What is sealed already, or stands here twice (rows of a restored copy, say), holds up nobody.
                                and not exists (select from muster.audit_seal d
                                                where d.organization_id = p.organization_id and d.event_id = p.event_id)
                          order by p.organization_id, p.event_id, p.place) p
                    cross join lateral (select e from muster.audit_event e
                                        where e.organization_id = p.organization_id and e.id = p.event_id and e.at = p.at offset 0) found
                    offset 0) p
              join (select o.organization_id, coalesce(t.sequence, 0) as sequence, coalesce(t.hash, decode(repeat('00', 32), 'hex')) as hash
                    from (select distinct p.organization_id from muster.audit_pending p where p.place = any (batch)) o
                    left join lateral (select s.sequence, s.hash from muster.audit_seal s where s.organization_id = o.organization_id
                                       order by s.sequence desc limit 1) t on true) h on h.organization_id = p.organization_id) x;
        get diagnostics numbered = row_count;
        if numbered < sealed then
            for org in select p.organization_id as id, count(*) as missing, min(p.at) as first, max(p.at) as last
                       from muster.audit_pending p
                       where p.place = any (batch)
                             and not exists (select from muster.audit_event e
                                             where e.organization_id = p.organization_id and e.id = p.event_id and e.at = p.at)
                       group by p.organization_id
            loop
                raise warning 'organization %: % audit events of % to % were to be sealed and are not there', org.id, org.missing, org.first, org.last;
            end loop;
        end if;
        for org in select p.organization_id as id, array_agg(s.sequence) filter (where not p.quiet) as sequences
                   from muster.audit_pending p
                   cross join lateral (select s.sequence from muster.audit_seal s
                                       where s.organization_id = p.organization_id and s.event_id = p.event_id offset 0) s
                   where p.place = any (batch)
                   group by p.organization_id
                   order by p.organization_id
        loop
            if exists (select from muster.webhook_endpoint w
                       where w.organization_id in (org.id, '00000000-0000-0000-0000-000000000000') and w.events is not null
                             and w.status = 'enabled' and w.removed_at is null) then
                deliveries := deliveries + muster.webhook_enqueue(org.id, org.sequences, null);
            end if;
        end loop;
        perform pg_notify('muster_events', json_build_object('organization_id', s.organization_id, 'sequence', s.sequence,
            'id', e.id, 'type', e.action, 'target_type', e.target_type, 'target_id', e.target_id)::text)
        from (select p.* from muster.audit_pending p where p.place = any (batch) and not p.quiet order by p.place offset 0) p
        cross join lateral (select s.sequence, s.organization_id from muster.audit_seal s
                            where s.organization_id = p.organization_id and s.event_id = p.event_id offset 0) s
        cross join lateral (select e.* from muster.audit_event e
                            where e.organization_id = p.organization_id and e.id = p.event_id and e.at = p.at offset 0) e;
        delete from muster.audit_pending p where p.place = any (batch);
    end if;
    return next;
end
$$;

-- Likewise.
create or replace function muster.erase_events(organization uuid, targets uuid[], texts text[]) returns bigint
    language plpgsql volatile security definer
    set search_path = pg_catalog, pg_temp
    as $$
declare
    ids uuid[] := array(select e.id
                        from muster.audit_event e
                        where e.organization_id = organization and e.erased_at is null
                              and (e.target_id = any (targets)
                                   or exists (select from unnest(texts) t
                                              where strpos(lower(e.data::text), lower(to_jsonb(t)::text)) > 0
                                                    or (e.action = 'scim.request.refused'
                                                        and strpos(lower(e.data ->> 'detail'), lower(t)) > 0))));
    erased bigint;
begin
    perform from muster.sealer for update;
    with gone as (
        update muster.audit_event e
        set data = '{"erased": true}', erased_at = now()
        where e.organization_id = organization and e.id = any (ids) and e.erased_at is null
        returning e.id
    ), salts as (
        update muster.audit_seal s set salt = null
        from gone
        where s.organization_id = organization and s.event_id = gone.id
    ), answers as (
        update muster.webhook_delivery d set response = null
        from gone
        where d.organization_id = organization and d.event_id = gone.id and d.response is not null
    )
    select count(*) into erased from gone;
    return erased;
end
$$;

/*
 * A use of a token that was denied, if there is such a token: whose it is and why, and if wished an event of it. `why` null: by the
 * token's own state; no row: it is good.
 */
create function muster.denied_token(presented bytea, why text, told boolean, request uuid, client text)
    returns table (token_id uuid, organization_id uuid, connection_id uuid, reason text)
    language plpgsql volatile security definer
    set search_path = pg_catalog, pg_temp
    as $$
declare
    t muster.token;
begin
    select * into t from muster.token where token.hash = presented;
    reason := coalesce(why, case when t.revoked_at is not null then 'revoked' when t.expires_at <= now() then 'expired' end);
    if t.id is null or reason is null then
        return;
    end if;
    token_id := t.id;
    organization_id := t.organization_id;
    connection_id := t.connection_id;
    if told then
        insert into muster.audit_event (organization_id, id, at, action, actor_type, actor_id, connection_id, target_type, target_id, data,
                                        request_id, client_address)
        values (t.organization_id, request, now(), 'scim.token.denied', 'token', t.id, t.connection_id, 'token', t.id,
                jsonb_build_object('reason', reason, 'name', t.name, 'prefix', t.prefix), request, client);
    end if;
    return next;
end
$$;
revoke all on function muster.denied_token(bytea, text, boolean, uuid, text) from public;
grant execute on function muster.denied_token(bytea, text, boolean, uuid, text) to muster_scim;

-- Who may sign in, and who is in which team: not in an organization that was removed.
create or replace view muster.team_roster with (security_invoker = true) as
    select tm.organization_id, tm.team_id, t.name as team_name, tm.member_id, m.email, m.first_name, m.last_name,
           m.display_name, m.organization_role
    from muster.team_member tm
    join muster.team t on t.organization_id = tm.organization_id and t.id = tm.team_id
    join muster.member m on m.organization_id = tm.organization_id and m.id = tm.member_id
    join muster.organization o on o.id = tm.organization_id
    where o.removed_at is null;
create or replace view muster.active_member with (security_invoker = true) as
    select m.organization_id, m.id, m.email, m.first_name, m.last_name, m.display_name, m.external_id, m.organization_role,
           m.public_metadata, m.created_at, m.updated_at
    from muster.member m
    join muster.organization o on o.id = m.organization_id
    where m.status = 'active' and o.removed_at is null;

-- As before, and who ends with the organization is a leaver.
create or replace function muster.webhook_lane(action text) returns smallint
    language sql immutable parallel safe
    as $$
        select (case when action in ('scim.user.deactivated', 'scim.user.deprovisioned', 'member.deactivated') then 0
                     when action in ('scim.group.member_removed', 'scim.group.deleted', 'team.member_removed', 'member.role_changed')
                     then 1 else 2 end)::smallint
    $$;

-- Organizations that were removed before members ended with them.
update muster.member m set status = 'deactivated', updated_at = now()
from muster.organization o
where o.id = m.organization_id and o.removed_at is not null and m.status = 'active';

insert into muster.schema_migration (number, name) values (14, '0014_rights');
