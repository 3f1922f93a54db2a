-- What a request cannot map in its time is mapped in the background.
create table muster.mapping_again (
    organization_id uuid not null references muster.organization (id),
    id uuid not null default gen_random_uuid(),
    primary key (organization_id, id)
);
select muster.protect('muster.mapping_again', 'muster_scim', 'insert');
create policy background on muster.mapping_again to muster_deliver using (true);
grant select, delete on muster.mapping_again to muster_deliver;
comment on table muster.mapping_again is
    'Organizations whose mapping is to be applied to everybody again, because a request changed more people than it could map. A row has no lock that others wait for.';

insert into muster.schema_migration (number, name) values (23, '0023_mapping_again');
