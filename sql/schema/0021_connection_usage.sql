-- How many live users and groups each connection has, so that a list need not count them. A program of an older release counts in
-- organization_usage alone: as long as an organization has a row there, the totals of its connections are not believed.
create table muster.connection_usage (
    organization_id uuid not null,
    connection_id uuid not null,
    slot smallint not null,
    users bigint not null default 0,
    groups bigint not null default 0,
    primary key (organization_id, connection_id, slot),
    foreign key (organization_id, connection_id) references muster.connection (organization_id, id)
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);
select muster.protect('muster.connection_usage', 'muster_scim', 'select, insert, update');
comment on table muster.connection_usage is
    'Live SCIM users and groups of a connection, in slots so that writers do not wait for each other; the sums count.';
comment on table muster.organization_usage is
    'What programs of an older release counted since the last muster migrate: muster doctor --repair counts anew.';

-- Who has counted is waited for, so the counts are of a moment; who counts later leaves a row.
lock table muster.organization_usage in share row exclusive mode;
insert into muster.connection_usage (organization_id, connection_id, slot, users, groups)
select c.organization_id, c.id, 0,
       (select count(*) from muster.scim_user u
        where u.organization_id = c.organization_id and u.connection_id = c.id and u.removed_at is null),
       (select count(*) from muster.scim_group g where g.organization_id = c.organization_id and g.connection_id = c.id)
from muster.connection c;
delete from muster.organization_usage;

insert into muster.schema_migration (number, name) values (21, '0021_connection_usage');
