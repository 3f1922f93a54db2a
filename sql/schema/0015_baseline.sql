-- The schema as it was after the migrations that this one stands for: a database that has them all is at it. One that lacks some of
-- them is brought there by the release below, the last one that has them.
-- replaces: 0001_base 0002_directory 0003_scim 0004_audit 0005_rights 0006_protocol 0007_control 0008_events
-- replaces: 0009_leavers 0010_http 0012_shares 0013_safe 0014_rights 0015_display
-- release: 1.1.0

do $$
begin
    -- Faces the internet; sees one organization at a time.
    if not exists (select from pg_roles where rolname = 'muster_scim') then
        create role muster_scim login noinherit nosuperuser nobypassrls nocreatedb nocreaterole;
    end if;
    -- The application beside Muster: granted to its own role by the operator.
    if not exists (select from pg_roles where rolname = 'muster_app') then
        create role muster_app nologin nosuperuser nobypassrls nocreatedb nocreaterole;
    end if;
    -- Answers the admin API: one organization at a time, or all of them for a key that is bound to none.
    if not exists (select from pg_roles where rolname = 'muster_admin') then
        create role muster_admin login inherit nosuperuser nobypassrls nocreatedb nocreaterole;
    end if;
    -- Works in the background: sends events, applies attribute mappings.
    if not exists (select from pg_roles where rolname = 'muster_deliver') then
        create role muster_deliver login inherit nosuperuser nobypassrls nocreatedb nocreaterole;
    end if;
end
$$;
-- Both change the directory by the same statements as SCIM does.
grant muster_scim to muster_admin, muster_deliver;
-- What a role waits for, and since when, is seen by members of that role: the owner looks at all programs
-- (muster.standby_waits_since()). Where it may not make itself a member, it sees its own sessions alone, and doctor says so.
do $$
begin
    grant muster_scim, muster_admin, muster_deliver to current_user;
exception when insufficient_privilege then
    raise notice 'the owner is no member of the programs'' roles, and will not see what they wait for';
end
$$;

-- A statement that was prepared while a table was small must not read all of it when it has grown: by index, always.
alter role muster_scim set enable_seqscan = off;
alter role muster_admin set enable_seqscan = off;
alter role muster_deliver set enable_seqscan = off;
-- Compiling a statement takes half a second, running it a millisecond.
alter role muster_scim set jit = off;
alter role muster_admin set jit = off;
alter role muster_deliver set jit = off;
-- A statement whose client has gone ends within a second: nothing is cancelled. A commit that waits for a standby does not. By role,
-- since a pooler passes on neither options of the connection nor settings of a session.
alter role muster_scim set client_connection_check_interval = '1s';
alter role muster_admin set client_connection_check_interval = '1s';
alter role muster_deliver set client_connection_check_interval = '1s';
-- None outlives the longest deadline there can be.
alter role muster_scim set statement_timeout = '10min';
-- How long a request may wait for a lock where no transaction of the program says it (core/db/db_transaction.c): a read that a
-- change of a table is in the way of.
alter role muster_scim set lock_timeout = '2s';
alter role muster_admin set lock_timeout = '2s';

comment on schema muster is 'Muster: directory synchronisation. The application reads member, team, team_member and the views beside them.';
revoke all on schema muster from public;
grant usage on schema muster to muster_scim, muster_app, muster_admin, muster_deliver;

create table muster.schema_migration (
    number integer primary key,
    name text not null,
    applied_at timestamptz not null default now(),
    checksum bytea check (octet_length(checksum) = 32)
);
comment on table muster.schema_migration is 'Which migrations were applied; each adds its own row in its own transaction.';
comment on column muster.schema_migration.checksum is 'SHA-256 of the migration''s text, written by muster migrate behind it';

/*
 * The directory: organizations, connections, tokens, and what the application reads. Every tenant table has organization_id in its
 * keys, so that the schema can be sharded by organization.
 *
 * Indexes lead with the organization only where a range of one organization is read by them. The others lead with what they look for:
 * on a table that is still small, an index that begins with the organization costs the planner the same as the right one, and the plan
 * is kept while the table grows.
 */

create table muster.organization (
    id uuid primary key,
    slug text not null unique check (slug ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'),
    name text not null check (name <> ''),
    max_users integer default 10000 check (max_users >= 0),
    max_groups integer default 1000 check (max_groups >= 0),
    max_group_members integer default 2000 check (max_group_members >= 0),
    rate integer default 100 check (rate > 0),
    burst integer default 200 check (burst > 0),
    created_at timestamptz(3) not null default now(),
    schema_version bigint not null default 0,
    protect_last_admin boolean not null default false,
    removed_at timestamptz(3)
);
comment on table muster.organization is 'A customer (tenant). Limits that are null do not apply.';
comment on column muster.organization.rate is 'requests a second, null: no limit';
comment on column muster.organization.schema_version is 'counts the changes of its extension schemas; 0: it never had any';
comment on column muster.organization.protect_last_admin is 'the last org:admin keeps the role when a mapping would take it away';
comment on column muster.organization.removed_at is 'removed: its tokens are revoked, and the API knows it no more; what audit needs stays';

create table muster.organization_domain (
    organization_id uuid not null references muster.organization (id),
    domain text collate "C" not null check (domain = lower(domain) and domain <> ''),
    primary key (organization_id, domain)
);
comment on table muster.organization_domain is 'Domains that the organization has proved to own (linking: verified_domains).';

create table muster.connection (
    organization_id uuid not null references muster.organization (id),
    id uuid not null,
    name text not null check (name <> ''),
    identity_provider text not null check (identity_provider in
        ('entra', 'okta', 'onelogin', 'google', 'jumpcloud', 'ping', 'rippling', 'generic')),
    dialect text not null default 'lenient' check (dialect in ('lenient', 'strict')),
    identity text not null default 'immutable' check (identity in ('immutable', 'mutable')),
    email text not null default 'required' check (email in ('required', 'optional')),
    linking text not null default 'auto' check (linking in ('auto', 'verified_domains', 'never')),
    unknown_members text not null default 'refuse' check (unknown_members in ('refuse', 'skip')),
    group_names text not null default 'unique' check (group_names in ('unique', 'any')),
    status text not null default 'active' check (status in ('active', 'paused')),
    created_at timestamptz(3) not null default now(),
    rotation_token_id uuid,
    removed_at timestamptz(3),
    primary key (organization_id, id)
);
comment on table muster.connection is 'One identity provider of one organization, and how Muster deals with it.';
comment on column muster.connection.rotation_token_id is 'the new token of a rotation that is neither completed nor cancelled';
comment on column muster.connection.removed_at is 'removed: its users have left, its tokens are revoked';

create table muster.token (
    id uuid primary key,
    organization_id uuid not null,
    connection_id uuid not null,
    name text not null,
    hash bytea not null unique check (octet_length(hash) = 32),
    prefix text not null,
    created_at timestamptz(3) not null default now(),
    expires_at timestamptz(3),
    revoked_at timestamptz(3),
    last_used_at timestamptz(3),
    scope text not null default 'full' check (scope in ('full', 'read', 'users')),
    allowed_addresses cidr[] check (cardinality(allowed_addresses) > 0),
    rate integer check (rate > 0),
    burst integer check (burst > 0),
    last_used_address text,
    foreign key (organization_id, connection_id) references muster.connection (organization_id, id)
);
create index token_connection on muster.token (organization_id, connection_id);
comment on table muster.token is 'Bearer secrets of connections; only their SHA-256 is kept.';
comment on column muster.token.scope is 'full; read: changes nothing; users: no groups';
comment on column muster.token.allowed_addresses is 'the client addresses that may use it, null: any';

create table muster.member (
    organization_id uuid not null references muster.organization (id),
    id uuid not null,
    email text,
    email_key text collate "C",
    first_name text,
    last_name text,
    display_name text,
    external_id text,
    status text not null default 'active' check (status in ('active', 'deactivated')),
    organization_role text not null default 'org:member' check (organization_role ~ '^org:.'),
    public_metadata jsonb not null default '{}' check (jsonb_typeof(public_metadata) = 'object'),
    created_at timestamptz(3) not null default now(),
    updated_at timestamptz(3) not null default now(),
    primary key (organization_id, id),
    constraint member_email unique (organization_id, email_key)
) with (fillfactor = 80);
comment on table muster.member is 'A person in the organization, as the application sees them.';
comment on column muster.member.email is 'as the identity provider or the operator wrote it';
comment on column muster.member.email_key is 'folded (NFKC, case) and unique; null: this email does not identify';
comment on column muster.member.status is 'active or deactivated; a deactivated member is in no team';

create table muster.team (
    organization_id uuid not null references muster.organization (id),
    id uuid not null,
    name text not null check (name <> ''),
    name_key text collate "C" not null,
    created_at timestamptz(3) not null default now(),
    updated_at timestamptz(3) not null default now(),
    primary key (organization_id, id),
    constraint team_name unique (organization_id, name_key)
);
comment on table muster.team is 'A named set of members, as the application sees it.';

create table muster.team_member (
    organization_id uuid not null,
    team_id uuid not null,
    member_id uuid not null,
    linked boolean not null,
    added boolean not null,
    created_at timestamptz(3) not null default now(),
    primary key (organization_id, team_id, member_id),
    foreign key (organization_id, team_id) references muster.team (organization_id, id),
    foreign key (organization_id, member_id) references muster.member (organization_id, id)
);
-- Rows without a reason exist only inside a transaction that is about to take them away.
create index team_member_sweep on muster.team_member (organization_id) where not linked and not added;
create index team_member_member on muster.team_member (member_id, organization_id);
comment on table muster.team_member is 'Who is in which team now: members by groups (nested ones included) and members added otherwise.';
comment on column muster.team_member.linked is 'by the SCIM group that the team is linked to';
comment on column muster.team_member.added is 'by the operator or the application, or left by a group that was deleted';

create table muster.team_member_parked (
    organization_id uuid not null,
    team_id uuid not null,
    member_id uuid not null,
    primary key (organization_id, team_id, member_id),
    foreign key (organization_id, team_id) references muster.team (organization_id, id),
    foreign key (organization_id, member_id) references muster.member (organization_id, id)
);
create index team_member_parked_member on muster.team_member_parked (member_id, organization_id);
comment on table muster.team_member_parked is 'Memberships (added ones) of deactivated members: they come back with the member.';

create table muster.organization_usage (
    organization_id uuid not null references muster.organization (id),
    slot smallint not null,
    users bigint not null default 0,
    groups bigint not null default 0,
    primary key (organization_id, slot)
) with (fillfactor = 50);
comment on table muster.organization_usage is 'Live SCIM users and groups, counted in slots so that creates do not wait for each other; the sum counts.';

-- One row for each person in a team, ready to read; none of an organization that was removed.
create view muster.team_roster with (security_invoker = true) as
    select tm.organization_id, tm.team_id, t.name as team_name, tm.member_id, m.email, m.first_name, m.last_name,
           m.display_name, m.organization_role
    from muster.team_member tm
    join muster.team t on t.organization_id = tm.organization_id and t.id = tm.team_id
    join muster.member m on m.organization_id = tm.organization_id and m.id = tm.member_id
    join muster.organization o on o.id = tm.organization_id
    where o.removed_at is null;
comment on view muster.team_roster is 'The people of each team with their names and roles.';

create view muster.active_member with (security_invoker = true) as
    select m.organization_id, m.id, m.email, m.first_name, m.last_name, m.display_name, m.external_id, m.organization_role,
           m.public_metadata, m.created_at, m.updated_at
    from muster.member m
    join muster.organization o on o.id = m.organization_id
    where m.status = 'active' and o.removed_at is null;
comment on view muster.active_member is 'The members who may sign in.';

-- What the identity provider sees: its users and groups, tied to members and teams (the link tables).

create table muster.scim_user (
    organization_id uuid not null,
    id uuid not null,
    connection_id uuid not null,
    member_id uuid not null,
    version bigint not null default 1,
    active boolean not null,
    user_name_key text collate "C" not null,
    external_id text collate "C",
    external_id_unique text collate "C",
    email_key text collate "C",
    display_name text,
    manager_id uuid,
    resource text not null,
    folded jsonb not null check (jsonb_typeof(folded) = 'object'),
    created_at timestamptz(3) not null,
    modified_at timestamptz(3) not null,
    removed_at timestamptz(3),
    display_name_key text collate "C" generated always as (left(folded ->> 'displayName', 256)) stored,
    former_user_name_key text collate "C",
    primary key (id, organization_id),
    foreign key (organization_id, connection_id) references muster.connection (organization_id, id),
    foreign key (organization_id, member_id) references muster.member (organization_id, id)
) with (fillfactor = 70);
/*
 * What is asked for decides which index of users is read, whatever the statistics say: of an organization that they do not know, or of
 * one among thousands, the planner expects one row, and any index that begins with the organization costs it the same as the right
 * one. So none can be used for that alone: they end with "... is not null", which only a condition on their own column proves, and the
 * primary key leads with the id.
 */
create unique index scim_user_user_name on muster.scim_user (organization_id, connection_id, user_name_key)
    where removed_at is null and user_name_key is not null;
create unique index scim_user_external_id on muster.scim_user (organization_id, connection_id, external_id_unique)
    where removed_at is null and external_id_unique is not null;
create unique index scim_user_member on muster.scim_user (member_id, connection_id, organization_id)
    where removed_at is null;
create index scim_user_by_external_id on muster.scim_user (organization_id, connection_id, external_id)
    where external_id is not null;
create index scim_user_by_email on muster.scim_user (organization_id, connection_id, email_key) where email_key is not null;
create index scim_user_by_link on muster.scim_user (member_id, organization_id);
create index scim_user_by_manager on muster.scim_user (manager_id, connection_id, organization_id)
    where manager_id is not null;
-- What displayName filters find their rows by: as long as an index can hold.
create index scim_user_by_display_name on muster.scim_user (organization_id, connection_id, display_name_key)
    where removed_at is null and display_name_key is not null;
create index scim_user_created on muster.scim_user (organization_id, connection_id, created_at) where created_at is not null;
create index scim_user_modified on muster.scim_user (organization_id, connection_id, modified_at) where modified_at is not null;
-- The directory in its order, for pages, totals and what no other index answers (id >= '00000000-...').
create index scim_user_live on muster.scim_user (organization_id, connection_id, id)
    where removed_at is null and id is not null;
comment on table muster.scim_user is 'A SCIM user linked to a member. Removed ones stay, so that a person who comes back is recognised.';
comment on column muster.scim_user.resource is 'the resource as it is sent, without groups, meta and the computed parts of manager';
comment on column muster.scim_user.folded is 'the same values as filters compare them';
comment on column muster.scim_user.external_id_unique is 'external_id where it identifies (linking is not never)';
comment on column muster.scim_user.manager_id is 'manager.value where it can be the id of a user; nobody has to have it';
comment on column muster.scim_user.email_key is 'the canonical email, folded, of the last time that the user was active; null: it identifies nobody, or was given back by a tombstone';
comment on column muster.scim_user.display_name_key is 'the beginning of displayName as filters compare it';
-- Entra renames a user that it deletes to 32 hex digits and the name it had.
comment on column muster.scim_user.former_user_name_key is 'the userName, folded, that stands behind the digits of a tombstone; null: the userName is none';

create table muster.scim_user_email (
    organization_id uuid not null,
    connection_id uuid not null,
    value_key text collate "C" not null,
    user_id uuid not null,
    primary key (organization_id, connection_id, value_key, user_id),
    foreign key (organization_id, user_id) references muster.scim_user (organization_id, id)
);
create index scim_user_email_user on muster.scim_user_email (user_id, organization_id);
comment on table muster.scim_user_email is 'Every email value of every live SCIM user, folded, for filters.';

create table muster.scim_group (
    organization_id uuid not null,
    id uuid not null,
    connection_id uuid not null,
    team_id uuid not null,
    version bigint not null default 1,
    display_name text not null,
    display_name_key text collate "C" not null,
    display_name_unique text collate "C",
    external_id text collate "C",
    member_count integer not null default 0 check (member_count >= 0),
    resource text not null,
    folded jsonb not null check (jsonb_typeof(folded) = 'object'),
    created_at timestamptz(3) not null,
    modified_at timestamptz(3) not null,
    primary key (organization_id, id),
    constraint scim_group_team unique (team_id, organization_id),
    constraint scim_group_display_name unique (organization_id, connection_id, display_name_unique),
    foreign key (organization_id, connection_id) references muster.connection (organization_id, id),
    foreign key (organization_id, team_id) references muster.team (organization_id, id)
) with (fillfactor = 70);
create index scim_group_by_display_name on muster.scim_group (organization_id, connection_id, display_name_key);
create index scim_group_by_external_id on muster.scim_group (organization_id, connection_id, external_id);
create index scim_group_created on muster.scim_group (organization_id, connection_id, created_at);
create index scim_group_modified on muster.scim_group (organization_id, connection_id, modified_at);
comment on table muster.scim_group is 'A SCIM group linked to a team.';
comment on column muster.scim_group.display_name_unique is 'the folded name where names are unique (group_names: unique)';

create table muster.scim_group_user (
    organization_id uuid not null,
    connection_id uuid not null,
    group_id uuid not null,
    user_id uuid not null,
    display text,
    display_key text,
    primary key (organization_id, group_id, user_id),
    foreign key (organization_id, group_id) references muster.scim_group (organization_id, id),
    foreign key (organization_id, user_id) references muster.scim_user (organization_id, id)
);
create index scim_group_user_user on muster.scim_group_user (user_id, organization_id);
comment on table muster.scim_group_user is 'Direct members of groups. A removed user may be stored: not shown, and counting from its revival on.';
comment on column muster.scim_group_user.display is 'the display that came with the member when it was added; null: none, its name is shown';
comment on column muster.scim_group_user.display_key is 'display as filters compare it';

create table muster.scim_group_group (
    organization_id uuid not null,
    connection_id uuid not null,
    parent_id uuid not null,
    child_id uuid not null check (child_id <> parent_id),
    display text,
    display_key text,
    primary key (organization_id, parent_id, child_id),
    foreign key (organization_id, parent_id) references muster.scim_group (organization_id, id),
    foreign key (organization_id, child_id) references muster.scim_group (organization_id, id)
);
create index scim_group_group_child on muster.scim_group_group (child_id, organization_id);
comment on table muster.scim_group_group is 'Groups in groups, at most three in a chain and never in a circle.';
comment on column muster.scim_group_group.display is 'the display that came with the member when it was added; null: none, its name is shown';
comment on column muster.scim_group_group.display_key is 'display as filters compare it';

create table muster.link_request (
    organization_id uuid not null,
    id uuid not null,
    connection_id uuid not null,
    email_key text collate "C" not null,
    user_name text not null,
    external_id text,
    member_id uuid not null,
    status text not null default 'open' check (status in ('open', 'approved', 'refused')),
    created_at timestamptz(3) not null default now(),
    primary key (organization_id, id),
    constraint link_request_email unique (organization_id, connection_id, email_key),
    foreign key (organization_id, connection_id) references muster.connection (organization_id, id),
    foreign key (organization_id, member_id) references muster.member (organization_id, id)
);
comment on table muster.link_request is 'Users that were refused because the domain of their email is not verified, waiting for an administrator.';

create table muster.extension_schema (
    organization_id uuid not null references muster.organization (id),
    urn_key text collate "C" not null check (urn_key = lower(urn_key)),
    urn text not null,
    resource_type text not null check (resource_type in ('User', 'Group')),
    required boolean not null default false,
    definition text not null,
    created_at timestamptz(3) not null default now(),
    primary key (organization_id, urn_key)
);
comment on table muster.extension_schema is 'Extension schemas that an organization registered (RFC 7643, 7), for all its connections.';
comment on column muster.extension_schema.required is 'a resource of the type without it is refused';

create table muster.scim_unique_value (
    organization_id uuid not null,
    connection_id uuid not null,
    attribute text collate "C" not null,
    value_key text collate "C" not null,
    resource_id uuid not null,
    constraint scim_unique_value_attribute primary key (organization_id, connection_id, attribute, value_key),
    foreign key (organization_id, connection_id) references muster.connection (organization_id, id)
);
create index scim_unique_value_resource on muster.scim_unique_value (resource_id, organization_id);
comment on table muster.scim_unique_value is 'Values of extension attributes with uniqueness server or global, folded, of live resources.';

-- The groups of a user as SCIM shows them: direct ones, and those that hold a group of the user (three levels at most).
create view muster.scim_user_group with (security_invoker = true) as
    select d.organization_id, d.connection_id, d.user_id, g.id, g.display_name,
           case when min(d.depth) = 1 then 'direct' else 'indirect' end as type
    from (
        select gu.organization_id, gu.connection_id, gu.user_id, gu.group_id, 1 as depth
        from muster.scim_group_user gu
        union all
        select gu.organization_id, gu.connection_id, gu.user_id, p.parent_id, 2
        from muster.scim_group_user gu
        join muster.scim_group_group p on p.organization_id = gu.organization_id and p.child_id = gu.group_id
        union all
        select gu.organization_id, gu.connection_id, gu.user_id, pp.parent_id, 3
        from muster.scim_group_user gu
        join muster.scim_group_group p on p.organization_id = gu.organization_id and p.child_id = gu.group_id
        join muster.scim_group_group pp on pp.organization_id = p.organization_id and pp.child_id = p.parent_id
    ) d
    join muster.scim_group g on g.organization_id = d.organization_id and g.id = d.group_id
    group by d.organization_id, d.connection_id, d.user_id, g.organization_id, g.id, g.display_name;

-- The direct members of a group as SCIM shows them: live users and groups, with the client's display before the member's name.
create view muster.scim_group_member with (security_invoker = true) as
    select gu.organization_id, gu.connection_id, gu.group_id, u.id, 'User' as type, coalesce(gu.display, u.display_name) as display_name,
           gu.display_key
    from muster.scim_group_user gu
    join muster.scim_user u on u.organization_id = gu.organization_id and u.id = gu.user_id and u.removed_at is null
    union all
    select gg.organization_id, gg.connection_id, gg.parent_id, g.id, 'Group', coalesce(gg.display, g.display_name), gg.display_key
    from muster.scim_group_group gg
    join muster.scim_group g on g.organization_id = gg.organization_id and g.id = gg.child_id;

-- The audit log, which is also the outbox: written in the transaction of the change, insert-only, a partition a month
-- (muster.audit_partitions()), sealed afterwards.

create table muster.audit_event (
    organization_id uuid not null references muster.organization (id),
    id uuid not null,
    at timestamptz(3) not null,
    action text not null,
    actor_type text not null check (actor_type in ('token', 'operator', 'key', 'session')),
    actor_id uuid,
    connection_id uuid,
    target_type text not null,
    target_id uuid not null,
    data jsonb not null default '{}' check (jsonb_typeof(data) = 'object'),
    request_id uuid not null,
    client_address text,
    erased_at timestamptz(3),
    primary key (organization_id, id, at)
) partition by range (at);
create index audit_event_at on muster.audit_event (organization_id, at, id);
-- In the order of a list's pages, so that what is asked of a target is never looked for among everything.
create index audit_event_target on muster.audit_event (organization_id, target_id, at, id);
comment on table muster.audit_event is 'What changed, who did it, by which request. The first event of a request has the request''s id.';
comment on column muster.audit_event.erased_at is 'when the personal data of the event was erased; data is then {"erased": true}';
-- Rows of months that nobody prepared a partition for: nothing is ever refused for want of one.
create table muster.audit_event_default partition of muster.audit_event default;

create trigger insert_only before update or delete on muster.audit_event
    for each row execute function muster.refuse_change();
create trigger insert_only_truncate before truncate on muster.audit_event
    for each statement execute function muster.refuse_change();
create trigger pending after insert on muster.audit_event
    referencing new table as written for each statement execute function muster.audit_written();

/*
 * What is written and not sealed yet. A trigger puts it here, in the transaction of the event, and the sealer takes it away. `place` is
 * drawn when the event is written, behind the locks of what it is about: of two changes of one thing the first has the lower one.
 */
create table muster.audit_pending (
    place bigint generated always as identity,
    organization_id uuid not null,
    event_id uuid not null,
    at timestamptz(3) not null,
    quiet boolean not null default false,
    primary key (place, organization_id)
);
comment on table muster.audit_pending is 'Audit events that have no sequence number yet.';
comment on column muster.audit_pending.quiet is 'of an import: nobody is told';

create table muster.audit_seal (
    organization_id uuid not null,
    sequence bigint not null check (sequence > 0),
    event_id uuid not null,
    at timestamptz(3) not null,
    salt bytea check (octet_length(salt) = 32),
    commitment bytea not null check (octet_length(commitment) = 32),
    hash bytea not null check (octet_length(hash) = 32),
    sealed_at timestamptz(3) not null default clock_timestamp(),
    primary key (organization_id, sequence),
    constraint audit_seal_event unique (organization_id, event_id)
);
comment on table muster.audit_seal is 'The order of an organization''s audit events, without a gap, and the chain of their hashes.';
comment on column muster.audit_seal.salt is 'of the commitment; taken away when the data of the event is erased';
comment on column muster.audit_seal.commitment is 'SHA-256 of the salt and the event''s data as text';
comment on column muster.audit_seal.hash is 'SHA-256 of the hash before (32 zero bytes for the first), muster.audit_head_text() and the commitment';
create trigger insert_only before update or delete on muster.audit_seal
    for each row execute function muster.refuse_unsealing();
create trigger insert_only_truncate before truncate on muster.audit_seal
    for each statement execute function muster.refuse_unsealing();

-- What the sealer takes, and who wants nothing sealed meanwhile: a row that no role may touch but through our functions.
create table muster.sealer (
    one boolean primary key default true check (one)
);
comment on table muster.sealer is 'One row, which is locked by whoever seals the audit log.';
insert into muster.sealer default values;

-- The control plane: API keys, attribute mappings, answers that are given again.

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
create index attribute_mapping_pending on muster.attribute_mapping (requested_at) where version <> applied_version;
comment on column muster.attribute_mapping.resets is 'what the mapping before set and this one does not: it goes back to its default';
comment on column muster.attribute_mapping.place is 'the last user that this version was applied to';
comment on table muster.attribute_mapping is 'How the fields of members come from SCIM attributes (JSON, its order counts), and how far it has been applied to everybody.';

-- Secrets of the installation: nobody but the owner reads them.
create table muster.secret (
    name text primary key,
    value bytea not null check (octet_length(value) >= 32)
);
comment on table muster.secret is 'Keys that every host of the installation shares; made once.';
insert into muster.secret (name, value)
values ('cursor', sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())));

-- What is delivered to webhooks.

create table muster.webhook_endpoint (
    organization_id uuid not null references muster.organization (id),
    id uuid not null,
    name text,
    url text not null,
    events text[] not null check (cardinality(events) > 0),
    format text not null check (format in ('muster', 'authn', 'jackson', 'stytch', 'set')),
    audience text,
    allow_private boolean not null default false,
    secret bytea not null,
    previous_secret bytea,
    previous_secret_until timestamptz(3),
    status text not null default 'enabled' check (status in ('enabled', 'disabled')),
    disabled_reason text check (disabled_reason in ('operator', 'gone', 'failing')),
    created_at timestamptz(3) not null default now(),
    removed_at timestamptz(3),
    failures integer not null default 0,
    failing_since timestamptz(3),
    open_until timestamptz(3),
    paused_until timestamptz(3),
    last_success_at timestamptz(3),
    primary key (id, organization_id)
) with (fillfactor = 70);
-- For who says that events is not null, which proves nothing else: or it would be read where the id is asked for.
create index webhook_endpoint_events on muster.webhook_endpoint (organization_id) where events is not null;
comment on table muster.webhook_endpoint is 'Where events are sent. organization_id is all zeros for an endpoint of the installation, which hears of every organization.';
comment on column muster.webhook_endpoint.events is 'actions, or beginnings of them that end with *';
comment on column muster.webhook_endpoint.secret is 'encrypted with the key of MUSTER_SECRET_KEY_FILE, for this organization and endpoint';
comment on column muster.webhook_endpoint.failures is 'failed attempts in a row';
comment on column muster.webhook_endpoint.open_until is 'the circuit is open: until then only leavers are sent';
comment on column muster.webhook_endpoint.paused_until is 'the receiver asked for rest: until then nothing is sent';

create table muster.webhook_delivery (
    organization_id uuid not null,
    id uuid not null,
    endpoint_id uuid not null,
    sequence bigint not null,
    event_id uuid not null,
    action text not null,
    target_id uuid not null,
    lane smallint not null,
    state text not null default 'pending' check (state in ('pending', 'delivered', 'dead', 'superseded', 'skipped')),
    attempts integer not null default 0,
    status integer,
    error text,
    duration_ms integer,
    response text,
    log jsonb not null default '[]',
    created_at timestamptz(3) not null default clock_timestamp(),
    attempted_at timestamptz(3),
    finished_at timestamptz(3),
    primary key (organization_id, id),
    constraint webhook_delivery_once unique (organization_id, endpoint_id, sequence)
) with (fillfactor = 80);
create index webhook_delivery_pending on muster.webhook_delivery (endpoint_id, organization_id, target_id, sequence)
    where state = 'pending';
create index webhook_delivery_urgent on muster.webhook_delivery (endpoint_id, organization_id, target_id, lane, sequence)
    where state = 'pending' and lane < 2;
create index webhook_delivery_recent on muster.webhook_delivery (endpoint_id, id);
create index webhook_delivery_dead on muster.webhook_delivery (endpoint_id, organization_id, sequence) where state = 'dead';
create index webhook_delivery_finished on muster.webhook_delivery (finished_at) where finished_at is not null;
comment on table muster.webhook_delivery is 'An event for an endpoint, and how that went.';
comment on column muster.webhook_delivery.lane is '0: a leaver; 1: somebody loses a role or a membership; 2: the rest';
comment on column muster.webhook_delivery.status is 'of the last answer; null: there was none, error says why';
comment on column muster.webhook_delivery.response is 'the first 4 KiB of the last answer';
comment on column muster.webhook_delivery.log is 'all attempts: [{"at", "status", "duration_ms", "error"}]';

/*
 * A row for each target of an endpoint that has something undelivered, which is sent in order: the row is what is claimed, retried and
 * locked. When it ends is decided behind its lock, by what is pending then.
 */
create table muster.webhook_queue (
    organization_id uuid not null,
    endpoint_id uuid not null,
    target_id uuid not null,
    lane smallint not null,
    next_at timestamptz not null,
    lease uuid,
    in_hand bigint,
    holder integer,
    primary key (endpoint_id, target_id, organization_id)
) with (fillfactor = 70);
create index webhook_queue_due on muster.webhook_queue (endpoint_id, lane, next_at);
create index webhook_queue_leased on muster.webhook_queue (endpoint_id, next_at) where lease is not null;
comment on column muster.webhook_queue.next_at is 'when it is due; of one in hand: when its lease ends';
comment on column muster.webhook_queue.in_hand is 'the sequence number of what is being sent';
comment on column muster.webhook_queue.holder is 'the number of that worker; it holds an advisory lock of this number as long as it is connected';
comment on column muster.webhook_queue.lease is 'of the worker that has it in hand: whoever comes back with another one is too late';

-- Keys of the tokens that endpoints of the format "set" get.
create table muster.signing_key (
    id uuid primary key,
    public_key text not null,
    private_key bytea not null,
    created_at timestamptz(3) not null default now(),
    retired_at timestamptz(3)
);
comment on table muster.signing_key is 'ES256 keys: the public one as a JWK, the private one encrypted. The newest that is not retired signs.';

-- Who may do what: the least rights for each role. The role that runs the migrations is the operator's: it sees every organization.

select muster.protect(format('muster.%I', t.name), 'muster_scim', t.rights)
from (values ('organization_domain', 'select'), ('connection', 'select'), ('member', 'select, insert, update'),
             ('team', 'select, insert, update'), ('team_member', 'select, insert, update, delete'),
             ('team_member_parked', 'select, insert, delete'), ('organization_usage', 'select, insert, update'),
             ('scim_user', 'select, insert, update'), ('scim_user_email', 'select, insert, delete'),
             ('scim_group', 'select, insert, update, delete'), ('scim_group_user', 'select, insert, delete'),
             ('scim_group_group', 'select, insert, delete'), ('link_request', 'select, insert, update'),
             ('audit_event', 'select, insert'), ('audit_event_default', null), ('extension_schema', 'select'),
             ('scim_unique_value', 'select, insert, delete'), ('attribute_mapping', 'select')) t (name, rights);
select muster.protect('muster.token', 'muster_admin', 'select, insert, update');
-- Each has policies of its own below, or none: muster_scim reaches a token or a key only through muster.authenticate() and its like.
select muster.protect(format('muster.%I', t))
from unnest(array['organization', 'secret', 'idempotency_key', 'api_key', 'audit_pending', 'audit_seal', 'webhook_endpoint',
                  'webhook_delivery', 'webhook_queue', 'signing_key', 'sealer']) t;

create policy tenant on muster.organization to muster_scim using (id = muster.organization_id());
create policy everywhere on muster.organization to muster_admin
    using (muster.everywhere() or id = muster.organization_id()) with check (muster.everywhere() or id = muster.organization_id());
create policy background on muster.attribute_mapping to muster_deliver using (true) with check (true);
create policy tenant on muster.idempotency_key to muster_admin
    using (organization_id in (muster.organization_id(), '00000000-0000-0000-0000-000000000000'))
    with check (organization_id in (muster.organization_id(), '00000000-0000-0000-0000-000000000000'));
create policy tenant on muster.audit_seal for select to muster_scim using (organization_id = muster.organization_id());
create policy everybody on muster.signing_key to muster_scim, muster_admin, muster_deliver using (true) with check (true);
do $$
declare
    t text;
begin
    foreach t in array array['webhook_endpoint', 'webhook_delivery', 'webhook_queue']
    loop
        execute format('create policy background on muster.%I to muster_deliver using (true) with check (true)', t);
        execute format('create policy tenant on muster.%I to muster_admin using (muster.everywhere() or organization_id = '
                       'muster.organization_id()) with check (muster.everywhere() or organization_id = muster.organization_id())', t);
    end loop;
    -- The application reads what is its own, of all organizations (it knows whose request it serves).
    foreach t in array array['member', 'team', 'team_member', 'organization']
    loop
        execute format('create policy application on muster.%I for select to muster_app using (true)', t);
        execute format('grant select on muster.%I to muster_app', t);
    end loop;
end
$$;
-- What /ServiceProviderConfig tells of security events is the organization's own.
create policy announced on muster.webhook_endpoint for select to muster_scim using (organization_id = muster.organization_id());

grant select on muster.organization, muster.scim_user_group, muster.scim_group_member to muster_scim;
grant select (organization_id, format, removed_at) on muster.webhook_endpoint to muster_scim;
grant select on muster.team_roster, muster.active_member to muster_app;
grant select, insert, update on muster.organization, muster.connection, muster.attribute_mapping, muster.webhook_endpoint to muster_admin;
grant select, insert, update, delete on muster.organization_domain, muster.idempotency_key, muster.extension_schema to muster_admin;
grant select on muster.schema_migration to muster_admin;
grant select on muster.audit_seal to muster_admin, muster_deliver;
grant select, update (state, finished_at) on muster.webhook_delivery to muster_admin;
grant select, update (next_at), delete on muster.webhook_queue to muster_admin;
grant select (id, public_key, created_at, retired_at), insert on muster.signing_key to muster_admin;
grant select, update on muster.attribute_mapping, muster.webhook_endpoint to muster_deliver;
grant select, update, delete on muster.webhook_delivery to muster_deliver;
grant select, insert, update, delete on muster.webhook_queue to muster_deliver;
grant select on muster.signing_key to muster_deliver;

/*
 * The installation itself, for what is about no organization: its webhooks, their events. It counts as removed, so that nothing but
 * its id finds it.
 */
insert into muster.organization (id, slug, name, removed_at)
values (muster.installation(), 'muster-installation', 'This installation', now());

insert into muster.schema_migration (number, name) values (15, '0015_baseline');
