-- Events whose deliveries are too many for a round of sealing.
create table muster.webhook_unmade (
    organization_id uuid not null,
    sequence bigint not null,
    event_id uuid not null,
    action text not null,
    target_id uuid,
    superseded boolean not null default false,
    primary key (organization_id, sequence)
);
create index webhook_unmade_target on muster.webhook_unmade (organization_id, target_id);
select muster.protect('muster.webhook_unmade');
alter table muster.webhook_unmade set (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);
comment on table muster.webhook_unmade is
    'Sealed events whose deliveries are still to be made: muster-deliver makes them in the order of their numbers, the organizations by turns, so that no announcement of one organization waits for the many deliveries of another.';
comment on column muster.webhook_unmade.superseded is 'the same target has left since: its deliveries are made as superseded';

insert into muster.schema_migration (number, name) values (27, '0027_unmade');
