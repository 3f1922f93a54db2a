-- What waits to be sealed has all that the chain needs, so that sealing reads no event. Rows that an older program left have it not:
-- muster.audit_pending_settle() adds it.
alter table muster.audit_pending
    add column head text,
    add column salt bytea check (octet_length(salt) = 32),
    add column commitment bytea check (octet_length(commitment) = 32),
    add column action text,
    add column target_type text,
    add column target_id uuid;
comment on column muster.audit_pending.head is 'muster.audit_head_rest() of the event; null: of an older program';
comment on column muster.audit_pending.salt is 'of the commitment; null: the data of the event is erased';
comment on column muster.audit_pending.commitment is 'as in audit_seal';
comment on column muster.audit_pending.action is 'of the event, for whoever is told';
comment on column muster.audit_pending.target_type is 'of the event, for whoever is told';
comment on column muster.audit_pending.target_id is 'of the event, for whoever is told';

-- Small tables that are written all the time are vacuumed after so many rows, whatever their size was; large ones to which rows are added,
-- too, so that an index is enough to count them. Partitions of the audit log get it when they are made (muster.audit_partition()).
alter table muster.audit_pending set (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000,
    autovacuum_analyze_scale_factor = 0, autovacuum_analyze_threshold = 1000, autovacuum_vacuum_insert_threshold = -1,
    autovacuum_vacuum_cost_delay = 0);
alter table muster.webhook_queue set (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000,
    autovacuum_analyze_scale_factor = 0, autovacuum_analyze_threshold = 1000, autovacuum_vacuum_cost_delay = 0);
alter table muster.organization_usage set (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 500,
    autovacuum_analyze_scale_factor = 0, autovacuum_analyze_threshold = 1000, autovacuum_vacuum_cost_delay = 0);
alter table muster.token set (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 500,
    autovacuum_analyze_scale_factor = 0, autovacuum_analyze_threshold = 1000, autovacuum_vacuum_cost_delay = 0);
alter table muster.scim_user set (autovacuum_vacuum_insert_scale_factor = 0, autovacuum_vacuum_insert_threshold = 10000);
do $$
declare
    part regclass;
begin
    for part in select i.inhrelid::regclass from pg_inherits i where i.inhparent = 'muster.audit_event'::regclass
    loop
        execute format('alter table %s set (autovacuum_vacuum_insert_scale_factor = 0, autovacuum_vacuum_insert_threshold = 10000)', part);
    end loop;
end
$$;

insert into muster.schema_migration (number, name) values (19, '0019_pending');
