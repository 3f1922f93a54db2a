-- What the whole protocol needs: extension schemas of an organization, values that no two resources share, the key of cursors.

alter table muster.organization add column schema_version bigint not null default 0;
comment on column muster.organization.schema_version is 'counts the changes of its extension schemas; 0: it never had any';

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

do $$
declare
    t text;
begin
    foreach t in array array['extension_schema', 'scim_unique_value']
    loop
        execute format('alter table muster.%I enable row level security', t);
        execute format('alter table muster.%I force row level security', t);
        execute format('create policy operator on muster.%I to current_user using (true) with check (true)', t);
        execute format('create policy tenant on muster.%I to muster_scim using (organization_id = muster.organization_id()) '
                       'with check (organization_id = muster.organization_id())', t);
    end loop;
end
$$;
grant select on muster.extension_schema to muster_scim;
grant select, insert, delete on muster.scim_unique_value to muster_scim;

-- Secrets of the installation: nobody but the owner reads them.
create table muster.secret (
    name text primary key,
    value bytea not null check (octet_length(value) >= 32)
);
comment on table muster.secret is 'Keys that every host of the installation shares; made once.';
alter table muster.secret enable row level security;
alter table muster.secret force row level security;
create policy operator on muster.secret to current_user using (true) with check (true);
insert into muster.secret (name, value)
values ('cursor', sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())));

-- The indexes of users, so that what is asked for decides which one is read, whatever the statistics say: of an organization that
-- they do not know, or of one among thousands, the planner expects one row, and any index that begins with the organization costs
-- it the same as the right one. So none can be used for that alone: they end with "… is not null", which only a
-- condition on their own column proves, and the primary key leads with the id.
alter table muster.scim_user_email drop constraint scim_user_email_organization_id_user_id_fkey;
alter table muster.scim_group_user drop constraint scim_group_user_organization_id_user_id_fkey;
alter table muster.scim_user drop constraint scim_user_pkey;
alter table muster.scim_user add primary key (id, organization_id);
alter table muster.scim_user_email add foreign key (organization_id, user_id) references muster.scim_user (organization_id, id);
alter table muster.scim_group_user add foreign key (organization_id, user_id) references muster.scim_user (organization_id, id);
drop index muster.scim_user_user_name, muster.scim_user_external_id, muster.scim_user_by_external_id, muster.scim_user_by_email,
    muster.scim_user_created, muster.scim_user_modified;
create unique index scim_user_user_name on muster.scim_user (organization_id, connection_id, user_name_key)
    where removed_at is null and user_name_key is not null;
create unique index scim_user_external_id on muster.scim_user (organization_id, connection_id, external_id_unique)
    where removed_at is null and external_id_unique is not null;
create index scim_user_by_external_id on muster.scim_user (organization_id, connection_id, external_id)
    where external_id is not null;
create index scim_user_by_email on muster.scim_user (organization_id, connection_id, email_key) where email_key is not null;
create index scim_user_created on muster.scim_user (organization_id, connection_id, created_at) where created_at is not null;
create index scim_user_modified on muster.scim_user (organization_id, connection_id, modified_at) where modified_at is not null;
-- What displayName filters find their rows by: as long as an index can hold.
alter table muster.scim_user add column display_name_key text collate "C"
    generated always as (left(folded ->> 'displayName', 256)) stored;
comment on column muster.scim_user.display_name_key is 'the beginning of displayName as filters compare it';
create index scim_user_by_display_name on muster.scim_user (organization_id, connection_id, display_name_key)
    where removed_at is null and display_name_key is not null;
-- The directory in its order, for pages, totals and what no other index answers (id >= '00000000-…').
create index scim_user_live on muster.scim_user (organization_id, connection_id, id)
    where removed_at is null and id is not null;

-- The rows of the view scim_user_group for one user, found from its id upwards, each by its whole key: the planner, which may
-- know nothing of this organization yet, cannot choose to read all of it.
create function muster.groups_of_user(who uuid) returns table (id uuid, display_name text, type text)
    language sql stable parallel safe
    as $$
        select g.id, g.display_name, case when min(d.depth) = 1 then 'direct' else 'indirect' end
        from (select m.group_id
              from muster.scim_group_user m
              where m.organization_id = muster.organization_id() and m.connection_id = muster.connection_id() and m.user_id = who
              offset 0) m
        cross join lateral (
            select m.group_id, 1 as depth
            union all
            select p.parent_id, 2
            from muster.scim_group_group p
            where p.organization_id = muster.organization_id() and p.child_id = m.group_id
            union all
            select q.parent_id, 3
            from (select p.parent_id from muster.scim_group_group p
                  where p.organization_id = muster.organization_id() and p.child_id = m.group_id offset 0) p
            cross join lateral (select q.parent_id from muster.scim_group_group q
                                where q.organization_id = muster.organization_id() and q.child_id = p.parent_id offset 0) q
        ) d
        cross join lateral (select g.id, g.display_name from muster.scim_group g
                            where g.organization_id = muster.organization_id() and g.connection_id = muster.connection_id()
                                  and g.id = d.group_id offset 0) g
        group by g.id, g.display_name
    $$;

-- A statement whose client has gone ends within a second, and none outlives the longest deadline there can be. By role,
-- since a pooler passes on neither options of the connection nor settings of a session.
alter role muster_scim set client_connection_check_interval = '1s';
alter role muster_scim set statement_timeout = '10min';

insert into muster.schema_migration (number, name) values (6, '0006_protocol');
