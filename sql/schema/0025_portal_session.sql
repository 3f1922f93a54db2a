-- The portal: a link that works once, and the session that it becomes when it is opened. An embedded session has no link.
create table muster.portal_session (
    organization_id uuid not null references muster.organization (id),
    id uuid not null,
    permissions text not null check (permissions in ('read', 'manage')),
    person text,
    screens text[],
    return_url text,
    allow_loosen_linking boolean not null default false,
    link_hash bytea check (octet_length(link_hash) = 32),
    link_expires_at timestamptz(3),
    hash bytea check (octet_length(hash) = 32),
    embedded boolean not null default false,
    created_at timestamptz(3) not null default now(),
    opened_at timestamptz(3),
    used_at timestamptz(3),
    expires_at timestamptz(3),
    ended_at timestamptz(3),
    refused_at timestamptz(3),
    primary key (organization_id, id)
);
create index portal_session_link on muster.portal_session (link_hash) where link_hash is not null;
create index portal_session_hash on muster.portal_session (hash) where hash is not null;
select muster.protect('muster.portal_session', 'muster_admin', 'select, insert, update');
comment on table muster.portal_session is
    'Links to the portal and the sessions that they became; only the SHA-256 of their secrets is kept. Presented before the organization is known, so their indexes have no organization.';
comment on column muster.portal_session.person is 'whom the audit log names, usually an address; null: nobody in particular';
comment on column muster.portal_session.screens is 'the screens that are shown; null: all but webhooks';
comment on column muster.portal_session.link_hash is 'null: it was made without a link, for a page of the vendor';
comment on column muster.portal_session.hash is 'of the session''s secret; null: the link was not opened';
comment on column muster.portal_session.used_at is 'the last change by the session';
comment on column muster.portal_session.refused_at is 'when its link was last opened in vain, for the audit log';

insert into muster.schema_migration (number, name) values (25, '0025_portal_session');
