-- The base: the schema, the tenant of a transaction, the roles.

create schema if not exists muster;
comment on schema muster is 'Muster: directory synchronisation. The application reads member, team, team_member and the views beside them.';

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
end
$$;

revoke all on schema muster from public;
grant usage on schema muster to muster_scim, muster_app;

-- The organization and the connection of this transaction, set by muster.authenticate(); null: none, and no row is seen.
-- After a transaction-local setting has ended it reads as '', not as null.
create function muster.organization_id() returns uuid
    language sql stable parallel safe
    as $$ select nullif(current_setting('muster.organization', true), '')::uuid $$;

create function muster.connection_id() returns uuid
    language sql stable parallel safe
    as $$ select nullif(current_setting('muster.connection', true), '')::uuid $$;

-- UUIDv7 (RFC 9562, 5.7) for rows that a statement makes by itself.
create function muster.uuid7() returns uuid
    language sql volatile parallel safe
    as $$
        select encode(
            set_bit(set_bit(
                overlay(uuid_send(gen_random_uuid())
                        placing substring(int8send((extract(epoch from clock_timestamp()) * 1000)::bigint) from 3)
                        from 1 for 6),
                52, 1), 53, 1), 'hex')::uuid
    $$;

-- Times that clients see: UTC with milliseconds.
create function muster.time_text(t timestamptz) returns text
    language sql immutable parallel safe
    as $$ select to_char(t at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') $$;

create table muster.schema_migration (
    number integer primary key,
    name text not null,
    applied_at timestamptz not null default now()
);
comment on table muster.schema_migration is 'Which migrations were applied; each adds its own row in its own transaction.';

insert into muster.schema_migration (number, name) values (1, '0001_base');
