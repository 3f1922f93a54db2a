-- The control plane: API keys, tokens with scopes, addresses and rotation, attribute mappings, and the roles that run it all.

do $$
begin
    -- Answers the admin API: one organization at a time, or all of them for a key that is bound to none.
    if not exists (select from pg_roles where rolname = 'muster_admin') then
        create role muster_admin login inherit nosuperuser nobypassrls nocreatedb nocreaterole;
    end if;
    -- Works in the background: applies attribute mappings.
    if not exists (select from pg_roles where rolname = 'muster_deliver') then
        create role muster_deliver login inherit nosuperuser nobypassrls nocreatedb nocreaterole;
    end if;
end
$$;
-- Both change the directory by the same statements as SCIM does.
grant muster_scim to muster_admin, muster_deliver;
grant usage on schema muster to muster_admin, muster_deliver;
alter role muster_admin set enable_seqscan = off;
alter role muster_admin set jit = off;
alter role muster_deliver set enable_seqscan = off;
alter role muster_deliver set jit = off;

alter table muster.organization
    add column protect_last_admin boolean not null default false,
    add column removed_at timestamptz(3);
comment on column muster.organization.protect_last_admin is 'the last org:admin keeps the role when a mapping would take it away';
comment on column muster.organization.removed_at is 'removed: its tokens are revoked, and the API knows it no more; what audit needs stays';

alter table muster.connection add column rotation_token_id uuid, add column removed_at timestamptz(3);
comment on column muster.connection.rotation_token_id is 'the new token of a rotation that is neither completed nor cancelled';

comment on column muster.connection.removed_at is 'removed: its users have left, its tokens are revoked';

alter table muster.token
    add column scope text not null default 'full' check (scope in ('full', 'read', 'users')),
    add column allowed_addresses cidr[] check (cardinality(allowed_addresses) > 0),
    add column rate integer check (rate > 0),
    add column burst integer check (burst > 0),
    add column last_used_address text;
comment on column muster.token.scope is 'full; read: changes nothing; users: no groups';
comment on column muster.token.allowed_addresses is 'the client addresses that may use it, null: any';

create table muster.api_key (
    id uuid primary key,
    organization_id uuid references muster.organization (id),
    name text not null check (name <> ''),
    hash bytea not null unique check (octet_length(hash) = 32),
    prefix text not null,
    scopes text[] not null check (cardinality(scopes) > 0 and scopes <@ array['provisioning:read', 'provisioning:manage',
        'organizations:manage', 'audit:read', 'webhooks:manage']),
    created_at timestamptz(3) not null default now(),
    expires_at timestamptz(3),
    revoked_at timestamptz(3),
    last_used_at timestamptz(3),
    last_used_address text
);
comment on table muster.api_key is 'Keys of the admin API; only their SHA-256 is kept.';
comment on column muster.api_key.organization_id is 'null: a key of the installation, for every organization';

create table muster.idempotency_key (
    organization_id uuid not null,
    api_key_id uuid not null,
    key text collate "C" not null,
    request_hash bytea not null,
    body text,
    created_at timestamptz(3) not null default now(),
    primary key (organization_id, api_key_id, key)
);
comment on table muster.idempotency_key is 'What a POST with an Idempotency-Key was answered, for 24 hours; never a secret. organization_id is all zeros for a POST of the installation.';
create index idempotency_key_age on muster.idempotency_key (organization_id, created_at);

create table muster.attribute_mapping (
    organization_id uuid primary key references muster.organization (id),
    mapping text not null,
    version bigint not null default 1,
    applied_version bigint not null default 0,
    requested_at timestamptz(3) not null default now(),
    finished_at timestamptz(3),
    resets text not null default '' check (resets in ('', 'organization_role', 'public_metadata', 'organization_role public_metadata')),
    place uuid,
    done bigint not null default 0,
    total bigint not null default 0
);
comment on column muster.attribute_mapping.resets is 'what the mapping before set and this one does not: it goes back to its default';
comment on column muster.attribute_mapping.place is 'the last user that this version was applied to';
comment on table muster.attribute_mapping is 'How the fields of members come from SCIM attributes (JSON, its order counts), and how far it has been applied to everybody.';

do $$
declare
    t text;
begin
    foreach t in array array['idempotency_key', 'attribute_mapping']
    loop
        execute format('alter table muster.%I enable row level security', t);
        execute format('alter table muster.%I force row level security', t);
        execute format('create policy operator on muster.%I to current_user using (true) with check (true)', t);
    end loop;
end
$$;
create policy tenant on muster.attribute_mapping to muster_scim using (organization_id = muster.organization_id())
    with check (organization_id = muster.organization_id());
create policy background on muster.attribute_mapping to muster_deliver using (true) with check (true);
create policy tenant on muster.idempotency_key to muster_admin
    using (organization_id in (muster.organization_id(), '00000000-0000-0000-0000-000000000000'))
    with check (organization_id in (muster.organization_id(), '00000000-0000-0000-0000-000000000000'));
alter table muster.api_key enable row level security;
alter table muster.api_key force row level security;
create policy operator on muster.api_key to current_user using (true) with check (true);

-- Set for a key of the installation where the URL names no organization.
create function muster.everywhere() returns boolean
    language sql stable parallel safe
    as $$ select coalesce(nullif(current_setting('muster.everywhere', true), '')::boolean, false) $$;
create policy everywhere on muster.organization to muster_admin
    using (muster.everywhere() or id = muster.organization_id()) with check (muster.everywhere() or id = muster.organization_id());
create policy tenant on muster.token to muster_admin using (organization_id = muster.organization_id())
    with check (organization_id = muster.organization_id());
grant select, insert, update on muster.organization, muster.connection, muster.token, muster.attribute_mapping to muster_admin;
grant select, insert, update, delete on muster.organization_domain, muster.idempotency_key to muster_admin;
grant select, insert, update, delete on muster.extension_schema to muster_admin;
grant select on muster.schema_migration to muster_admin;
grant select on muster.attribute_mapping to muster_scim;
grant select, update on muster.attribute_mapping to muster_deliver;

-- The id that a text is, as answers write it; null if it is none. What compares with it is found by the index of ids.
create function muster.uuid(written text) returns uuid
    language sql immutable parallel safe
    as $$ select case when written ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then written::uuid end $$;

-- Who does it: a token, an API key, or (nothing set) the operator.
create function muster.actor_type() returns text
    language sql stable parallel safe
    as $$ select coalesce(nullif(current_setting('muster.actor_type', true), ''), 'operator') $$;
create function muster.actor_id() returns uuid
    language sql stable parallel safe
    as $$ select nullif(current_setting('muster.actor_id', true), '')::uuid $$;

/*
 * Makes a connection of an organization the tenant of the transaction, and locks it: 'shared', 'exclusive', or 'members' for a change of
 * the members that the ids name, or of all that the group `whole` has: exclusive if groups are among them, else shared; null: no lock.
 * What is read behind the lock is what was committed when it was had. 40001: a group came into `whole` meanwhile.
 */
create function muster.enter(organization uuid, asked uuid, locked text, ids uuid[], whole uuid)
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
        perform pg_advisory_xact_lock(hashtextextended(asked::text, 0));
    elsif locked is not null then
        perform pg_advisory_xact_lock_shared(hashtextextended(asked::text, 0));
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
revoke all on function muster.enter(uuid, uuid, text, uuid[], uuid) from public;
grant execute on function muster.enter(uuid, uuid, text, uuid[], uuid) to muster_admin, muster_deliver;

-- As before, and: the lock, in front of what is read; the version of the organization's schemas; the key that signs this connection's
-- cursors; the client's address; scope and limits of the token. Last use is written at most once a minute.
drop function muster.authenticate(bytea, uuid);
create function muster.authenticate(presented bytea, asked uuid, client text, locked text, ids uuid[], whole uuid)
    returns table (token_id uuid, matches boolean, allowed boolean, scope text, token_rate integer, token_burst integer,
                   cursor_key text, organization_id uuid, connection_id uuid, dialect text, identity text, email text,
                   linking text, unknown_members text, group_names text, status text, max_users integer, max_groups integer,
                   max_group_members integer, rate integer, burst integer, now_us bigint, schema_version bigint)
    language plpgsql volatile security definer
    set search_path = pg_catalog, pg_temp
    as $$
declare
    t muster.token;
    good boolean;
begin
    select * into t from muster.token where token.hash = presented;
    if not found or t.revoked_at is not null or t.expires_at <= now() then
        return;
    end if;
    good := t.allowed_addresses is null or coalesce(client::inet <<= any (t.allowed_addresses), false);
    if not good or asked <> t.connection_id then
        return query select t.id, coalesce(asked = t.connection_id, true), good, null::text, null::integer, null::integer,
            null::text, t.organization_id, t.connection_id, null::text, null::text, null::text, null::text, null::text,
            null::text, null::text, null::integer, null::integer, null::integer, null::integer, null::integer, null::bigint,
            null::bigint;
        return;
    end if;
    if t.last_used_at is null or t.last_used_at < now() - interval '1 minute' or t.last_used_address is distinct from client then
        update muster.token set last_used_at = now(), last_used_address = client
        where token.id = (select u.id from muster.token u where u.id = t.id for update skip locked);
    end if;
    perform set_config('muster.actor_type', 'token', true), set_config('muster.actor_id', t.id::text, true);
    return query
        select t.id, true, true, t.scope, t.rate, t.burst, encode(sha256(s.value || uuid_send(t.connection_id)), 'hex'), e.*
        from muster.enter(t.organization_id, t.connection_id, locked, ids, whole) e
        left join muster.secret s on s.name = 'cursor';
end
$$;
revoke all on function muster.authenticate(bytea, uuid, text, text, uuid[], uuid) from public;
grant execute on function muster.authenticate(bytea, uuid, text, text, uuid[], uuid) to muster_scim;

/*
 * Who presents this API key, and for which organization (its slug or id; null: none)? No row: nobody. A key that is bound to another
 * organization, or an organization that is not there: organization_id is null, and no tenant is set.
 */
create function muster.authenticate_key(presented bytea, organization text, client text)
    returns table (key_id uuid, bound boolean, scopes text, organization_id uuid, now_us bigint)
    language plpgsql volatile security definer
    set search_path = pg_catalog, pg_temp
    as $$
declare
    k muster.api_key;
    found_id uuid;
begin
    select * into k from muster.api_key where api_key.hash = presented;
    if not found or k.revoked_at is not null or k.expires_at <= now() then
        return;
    end if;
    if k.last_used_at is null or k.last_used_at < now() - interval '1 minute' or k.last_used_address is distinct from client then
        update muster.api_key set last_used_at = now(), last_used_address = client
        where api_key.id = (select u.id from muster.api_key u where u.id = k.id for update skip locked);
    end if;
    perform set_config('muster.actor_type', 'key', true), set_config('muster.actor_id', k.id::text, true);
    if organization is not null then
        select o.id into found_id from muster.organization o
        where (o.slug = organization or o.id = muster.uuid(organization)) and o.removed_at is null
              and (k.organization_id is null or k.organization_id = o.id);
    elsif k.organization_id is null then
        perform set_config('muster.everywhere', 'on', true);
    else
        select o.id into found_id from muster.organization o where o.id = k.organization_id and o.removed_at is null;
    end if;
    if found_id is not null then
        perform set_config('muster.organization', found_id::text, true);
    end if;
    return query select k.id, k.organization_id is not null, array_to_string(k.scopes, ' '), found_id,
        (extract(epoch from now()) * 1000000)::bigint;
end
$$;
revoke all on function muster.authenticate_key(bytea, text, text) from public;
grant execute on function muster.authenticate_key(bytea, text, text) to muster_admin;

-- The objects of the API and of the command line, from their rows.
create function muster.object(o muster.organization) returns json
    language sql stable
    as $$ select json_build_object('id', o.id, 'slug', o.slug, 'name', o.name, 'max_users', o.max_users, 'max_groups', o.max_groups,
        'max_group_members', o.max_group_members, 'rate', o.rate, 'burst', o.burst, 'protect_last_admin', o.protect_last_admin,
        'verified_domains', (select coalesce(json_agg(d.domain order by d.domain), '[]') from muster.organization_domain d
                             where d.organization_id = o.id),
        'users', (select coalesce(sum(u.users), 0) from muster.organization_usage u where u.organization_id = o.id),
        'groups', (select coalesce(sum(u.groups), 0) from muster.organization_usage u where u.organization_id = o.id),
        'created_at', muster.time_text(o.created_at)) $$;

create function muster.object(c muster.connection) returns json
    language sql stable
    as $$ select json_build_object('id', c.id, 'organization_id', c.organization_id, 'name', c.name,
        'identity_provider', c.identity_provider, 'dialect', c.dialect, 'identity', c.identity, 'email', c.email,
        'linking', c.linking, 'unknown_members', c.unknown_members, 'group_names', c.group_names, 'status', c.status,
        'rotation_token_id', c.rotation_token_id, 'created_at', muster.time_text(c.created_at)) $$;

create function muster.object(t muster.token) returns json
    language sql stable
    as $$ select json_build_object('id', t.id, 'organization_id', t.organization_id, 'connection_id', t.connection_id, 'name', t.name,
        'prefix', t.prefix, 'scope', t.scope, 'allowed_addresses', t.allowed_addresses::text[], 'rate', t.rate, 'burst', t.burst,
        'created_at', muster.time_text(t.created_at), 'expires_at', muster.time_text(t.expires_at),
        'revoked_at', muster.time_text(t.revoked_at), 'last_used_at', muster.time_text(t.last_used_at),
        'last_used_address', t.last_used_address) $$;

create function muster.object(k muster.api_key) returns json
    language sql stable
    as $$ select json_build_object('id', k.id, 'organization_id', k.organization_id, 'name', k.name, 'prefix', k.prefix,
        'scopes', k.scopes, 'created_at', muster.time_text(k.created_at), 'expires_at', muster.time_text(k.expires_at),
        'revoked_at', muster.time_text(k.revoked_at), 'last_used_at', muster.time_text(k.last_used_at),
        'last_used_address', k.last_used_address) $$;

create function muster.object(m muster.member) returns json
    language sql stable
    as $$ select json_build_object('id', m.id, 'email', m.email, 'first_name', m.first_name, 'last_name', m.last_name,
        'display_name', m.display_name, 'status', m.status, 'organization_role', m.organization_role,
        'public_metadata', m.public_metadata, 'external_id', m.external_id,
        'teams', (select coalesce(json_agg(json_build_object('id', t.id, 'name', t.name) order by t.name), '[]')
                  from muster.team_member tm
                  join muster.team t on t.organization_id = tm.organization_id and t.id = tm.team_id
                  where tm.organization_id = m.organization_id and tm.member_id = m.id),
        'links', (select coalesce(json_agg(json_build_object('connection_id', u.connection_id, 'scim_user_id', u.id,
                                                             'active', u.active) order by u.created_at), '[]')
                  from muster.scim_user u
                  where u.organization_id = m.organization_id and u.member_id = m.id and u.removed_at is null),
        'created_at', muster.time_text(m.created_at)) $$;

create function muster.object(t muster.team) returns json
    language sql stable
    as $$ select json_build_object('id', t.id, 'name', t.name,
        'member_count', (select count(*) from muster.team_member tm where tm.organization_id = t.organization_id and tm.team_id = t.id),
        'link', (select json_build_object('connection_id', g.connection_id, 'scim_group_id', g.id, 'display_name', g.display_name)
                 from muster.scim_group g where g.organization_id = t.organization_id and g.team_id = t.id),
        'created_at', muster.time_text(t.created_at)) $$;

create function muster.object(r muster.link_request) returns json
    language sql stable
    as $$ select json_build_object('id', r.id, 'connection_id', r.connection_id, 'email', r.email_key, 'user_name', r.user_name,
        'external_id', r.external_id, 'member_id', r.member_id, 'status', r.status,
        'created_at', muster.time_text(r.created_at)) $$;

create function muster.object(e muster.audit_event) returns json
    language sql stable
    as $$ select json_build_object('id', e.id, 'at', muster.time_text(e.at), 'action', e.action, 'actor_type', e.actor_type,
        'actor_id', e.actor_id, 'connection_id', e.connection_id, 'target_type', e.target_type, 'target_id', e.target_id,
        'data', e.data, 'request_id', e.request_id, 'client_address', e.client_address) $$;

-- One audit event of the control plane; the first of a request has the request's id.
create function muster.audit(organization uuid, event uuid, action text, connection uuid, target_type text, target uuid, data jsonb,
                             request uuid, client text) returns void
    language sql volatile
    as $$
        insert into muster.audit_event (organization_id, id, at, action, actor_type, actor_id, connection_id, target_type,
                                        target_id, data, request_id, client_address)
        values (organization, coalesce(event, muster.uuid7()), now(), action, muster.actor_type(), muster.actor_id(), connection,
                target_type, target, data, request, client)
    $$;

/*
 * The audit log stays insert-only, with one exception: the data of an event may be erased (a person's right), once, and nothing else of
 * the row changes with it. The chain that a later step builds over the log (audit_seal) therefore hashes no data but a commitment to it,
 * hash(salt || data), made when the event is sealed and kept beside it: erasing an event takes data and salt away and leaves the
 * commitment, so that the chain still verifies and nobody can guess what was erased.
 */
alter table muster.audit_event add column erased_at timestamptz(3);
comment on column muster.audit_event.erased_at is 'when the personal data of the event was erased; data is then {"erased": true}';

create or replace function muster.refuse_change() returns trigger
    language plpgsql
    set search_path = pg_catalog, pg_temp
    as $$
declare
    kept record;
begin
    if tg_op = 'UPDATE' then
        kept := new;
        kept.data := old.data;
        kept.erased_at := old.erased_at;
        if old.erased_at is null and new.erased_at is not null and new.data = '{"erased": true}' and kept is not distinct from old then
            return new;
        end if;
    end if;
    raise exception 'the audit log is insert-only' using errcode = 'insufficient_privilege';
end
$$;

/*
 * Erases the data of an organization's events that are about one of the targets, or in which one of the texts (email addresses) stands as
 * a whole value, however it is written; how many. The only way to change an event, and only for whom it is granted to: nobody but the owner.
 */
create function muster.erase_events(organization uuid, targets uuid[], texts text[]) returns bigint
    language sql volatile security definer
    set search_path = pg_catalog, pg_temp
    as $$
        with erased as (
            update muster.audit_event e
            set data = '{"erased": true}', erased_at = now()
            where e.organization_id = organization and e.erased_at is null
                  and (e.target_id = any (targets)
                       or exists (select from unnest(texts) t where strpos(lower(e.data::text), lower(to_jsonb(t)::text)) > 0))
            returning e.id
        )
        select count(*) from erased
    $$;
revoke all on function muster.erase_events(uuid, uuid[], text[]) from public;

insert into muster.schema_migration (number, name) values (7, '0007_control');
