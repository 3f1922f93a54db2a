-- The directory: organizations, connections, tokens, and what the application reads.
-- Every tenant table has organization_id first in its keys, so that the schema can be sharded by organization.

create table muster.organization (
    id uuid primary key,
    slug text not null unique check (slug ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'),
    name text not null check (name <> ''),
    max_users integer default 10000 check (max_users >= 0),
    max_groups integer default 1000 check (max_groups >= 0),
    max_group_members integer default 2000 check (max_group_members >= 0),
    rate integer default 100 check (rate > 0),
    burst integer default 200 check (burst > 0),
    created_at timestamptz(3) not null default now()
);
comment on table muster.organization is 'A customer (tenant). Limits that are null do not apply.';
comment on column muster.organization.rate is 'requests a second, null: no limit';

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
    primary key (organization_id, id)
);
comment on table muster.connection is 'One identity provider of one organization, and how Muster deals with it.';

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
    foreign key (organization_id, connection_id) references muster.connection (organization_id, id)
);
create index token_connection on muster.token (organization_id, connection_id);
comment on table muster.token is 'Bearer secrets of connections; only their SHA-256 is kept.';

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

-- One row for each person in a team, ready to read.
create view muster.team_roster with (security_invoker = true) as
    select tm.organization_id, tm.team_id, t.name as team_name, tm.member_id, m.email, m.first_name, m.last_name,
           m.display_name, m.organization_role
    from muster.team_member tm
    join muster.team t on t.organization_id = tm.organization_id and t.id = tm.team_id
    join muster.member m on m.organization_id = tm.organization_id and m.id = tm.member_id;
comment on view muster.team_roster is 'The people of each team with their names and roles.';

create view muster.active_member with (security_invoker = true) as
    select organization_id, id, email, first_name, last_name, display_name, external_id, organization_role, public_metadata,
           created_at, updated_at
    from muster.member
    where status = 'active';
comment on view muster.active_member is 'The members who may sign in.';

insert into muster.schema_migration (number, name) values (2, '0002_directory');
