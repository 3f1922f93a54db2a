-- The tables of lean.sql: those of a create, with the columns of the real ones; of keys, only those that are a rule (an id, a userName, an
-- externalId, an email is there once); no foreign keys, no triggers, no row-level security, no index that only reads need.
create schema lean;
create table lean.member (like muster.member including defaults, primary key (organization_id, id), unique (organization_id, email_key));
create table lean.scim_user (like muster.scim_user including defaults, primary key (id, organization_id),
    unique (organization_id, connection_id, user_name_key), unique (organization_id, connection_id, external_id_unique));
create table lean.scim_user_email (like muster.scim_user_email, primary key (organization_id, connection_id, value_key, user_id));
create table lean.audit_event (organization_id uuid not null, id uuid not null, at timestamptz(3) not null, action text not null,
    target_id uuid, data text not null, primary key (organization_id, at, id));
create table lean.audit_seal (organization_id uuid not null, sequence bigserial, event_id uuid not null, hash bytea not null,
    primary key (organization_id, sequence));
