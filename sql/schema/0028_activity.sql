-- What the portal shows of a connection: its requests, and what was refused to whom and is not mended yet.
create table muster.connection_request (
    organization_id uuid not null,
    connection_id uuid not null,
    place text not null check (place in ('first', 'taken', 'last')),
    at timestamptz(3) not null,
    method text not null,
    what text,
    status smallint not null,
    token_id uuid not null,
    request_id uuid not null,
    primary key (organization_id, connection_id, place)
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);
select muster.protect('muster.connection_request', 'muster_scim', 'select, insert, update');
comment on table muster.connection_request is
    'The first and the last request of a connection, also of those of its tokens that are refused, and the last that was taken. A request that nobody watches is written once a minute.';
comment on column muster.connection_request.what is 'the route, such as /Users/{id}; null: there is no such URL';

create table muster.connection_problem (
    organization_id uuid not null,
    connection_id uuid not null,
    code text not null,
    kind text not null check (kind in ('user', 'group', 'token', 'request')),
    keys text[] not null check (cardinality(keys) > 0),
    resource_id uuid,
    name text,
    user_name text,
    external_id text,
    reason text,
    method text not null,
    what text,
    status smallint not null,
    detail text not null,
    count bigint not null default 1,
    first_at timestamptz(3) not null default now(),
    last_at timestamptz(3) not null default now(),
    request_id uuid not null,
    primary key (organization_id, connection_id, code, kind, keys)
);
select muster.protect('muster.connection_problem', 'muster_scim', 'select, insert, update, delete');
comment on table muster.connection_problem is
    'What was refused, by cause and by whom it is about. The next request about them that is taken ends it, and so do ninety days.';
comment on column muster.connection_problem.code is 'the cause; most are rows of cgi/portal/guides/problems.json';
comment on column muster.connection_problem.keys is
    'whom a later request is recognized by: the id of user, group or token, "x:" externalId, "n:" folded name; "METHOD route", and "*" for any request';
comment on column muster.connection_problem.reason is 'why a token is refused: revoked, expired, address, connection';
comment on column muster.connection_problem.request_id is 'of the last one';

-- Nullable: lines of an export, also of older releases, do not have it.
alter table muster.connection add column troubled text check (troubled = 'troubled');
alter table muster.token add column watched_until timestamptz(3);
comment on column muster.token.watched_until is 'until when somebody looks at its requests, which are then written every two seconds';
comment on column muster.connection.troubled is 'it has rows in connection_problem, so what is taken is compared with them; null: no';

-- A token that is cut off is recognized by its beginning.
create index token_prefix on muster.token (prefix);

insert into muster.schema_migration (number, name) values (28, '0028_activity');
