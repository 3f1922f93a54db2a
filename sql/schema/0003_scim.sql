-- Indexes lead with the organization only where a range of one organization is read by them. The others lead with what they look
-- for: on a table that is still small, an index that begins with the organization costs the planner the same as the right one,
-- and the plan is kept while the table grows.

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
    primary key (organization_id, id),
    foreign key (organization_id, connection_id) references muster.connection (organization_id, id),
    foreign key (organization_id, member_id) references muster.member (organization_id, id)
) with (fillfactor = 70);
create unique index scim_user_user_name on muster.scim_user (organization_id, connection_id, user_name_key)
    where removed_at is null;
create unique index scim_user_external_id on muster.scim_user (organization_id, connection_id, external_id_unique)
    where removed_at is null;
create unique index scim_user_member on muster.scim_user (member_id, connection_id, organization_id)
    where removed_at is null;
create index scim_user_by_external_id on muster.scim_user (organization_id, connection_id, external_id);
create index scim_user_by_email on muster.scim_user (organization_id, connection_id, email_key);
create index scim_user_by_link on muster.scim_user (member_id, organization_id);
create index scim_user_by_manager on muster.scim_user (manager_id, connection_id, organization_id)
    where manager_id is not null;
create index scim_user_created on muster.scim_user (organization_id, connection_id, created_at);
create index scim_user_modified on muster.scim_user (organization_id, connection_id, modified_at);
comment on table muster.scim_user is 'A SCIM user linked to a member. Removed ones stay, so that a person who comes back is recognised.';
comment on column muster.scim_user.resource is 'the resource as it is sent, without groups, meta and the computed parts of manager';
comment on column muster.scim_user.folded is 'the same values as filters compare them';
comment on column muster.scim_user.external_id_unique is 'external_id where it identifies (linking is not never)';
comment on column muster.scim_user.manager_id is 'manager.value where it can be the id of a user; nobody has to have it';
comment on column muster.scim_user.email_key is 'the canonical email, folded';

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
    primary key (organization_id, group_id, user_id),
    foreign key (organization_id, group_id) references muster.scim_group (organization_id, id),
    foreign key (organization_id, user_id) references muster.scim_user (organization_id, id)
);
create index scim_group_user_user on muster.scim_group_user (user_id, organization_id);
comment on table muster.scim_group_user is 'Direct members of groups. A removed user may be stored: not shown, and counting from its revival on.';

create table muster.scim_group_group (
    organization_id uuid not null,
    connection_id uuid not null,
    parent_id uuid not null,
    child_id uuid not null check (child_id <> parent_id),
    primary key (organization_id, parent_id, child_id),
    foreign key (organization_id, parent_id) references muster.scim_group (organization_id, id),
    foreign key (organization_id, child_id) references muster.scim_group (organization_id, id)
);
create index scim_group_group_child on muster.scim_group_group (child_id, organization_id);
comment on table muster.scim_group_group is 'Groups in groups, at most three in a chain and never in a circle.';

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

-- The direct members of a group as SCIM shows them: live users and groups.
create view muster.scim_group_member with (security_invoker = true) as
    select gu.organization_id, gu.connection_id, gu.group_id, u.id, 'User' as type, u.display_name
    from muster.scim_group_user gu
    join muster.scim_user u on u.organization_id = gu.organization_id and u.id = gu.user_id and u.removed_at is null
    union all
    select gg.organization_id, gg.connection_id, gg.parent_id, g.id, 'Group', g.display_name
    from muster.scim_group_group gg
    join muster.scim_group g on g.organization_id = gg.organization_id and g.id = gg.child_id;

insert into muster.schema_migration (number, name) values (3, '0003_scim');
