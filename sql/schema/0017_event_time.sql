-- An event is of now, give or take what clocks and old programs need: nobody writes into the months that are over.
alter policy tenant on muster.audit_event
    with check (organization_id = muster.organization_id() and at between now() - interval '1 hour' and now() + interval '1 hour');

comment on table muster.schema_migration is
    'Which migrations were applied; each adds its own row. Row 0 names the release whose functions stand, its checksum is that of their texts.';

insert into muster.schema_migration (number, name) values (17, '0017_event_time');
