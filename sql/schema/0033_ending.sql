-- The end of a connection takes many transactions: who began it, when, and how much there was to remove, so that everybody sees how far it is.
alter table muster.connection
    add column ending_at timestamptz(3),
    add column ending_by_type text,
    add column ending_by uuid,
    add column ending_keeps boolean,
    add column ending_total bigint;
comment on column muster.connection.ending_at is 'when its end began; null: it did not';
comment on column muster.connection.ending_by_type is 'the actor who began it, as in the audit log';
comment on column muster.connection.ending_by is 'the id of that actor; null: the operator';
comment on column muster.connection.ending_keeps is 'whether its members stay active';
comment on column muster.connection.ending_total is 'how many users and groups it had then, by the counters';

insert into muster.schema_migration (number, name) values (33, '0033_ending');
