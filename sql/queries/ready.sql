-- Whether the database answers, has the schema, and takes writes.
-- params: none
-- row: number integer, read_only boolean
select (select max(m.number) from muster.schema_migration m) as number,
       pg_is_in_recovery() or current_setting('transaction_read_only')::boolean as read_only
