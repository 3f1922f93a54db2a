-- Whether the database answers, has the schema, takes writes, and keeps those that were acknowledged
-- (muster.durability).
-- params: none
-- row: number integer, read_only boolean, blocked text (null: by nothing), warnings json
select (select max(m.number) from muster.schema_migration m) as number,
       pg_is_in_recovery() or current_setting('transaction_read_only')::boolean as read_only,
       d.blocked, d.warnings
from (select min(d.detail) filter (where d.blocks) as blocked, json_agg(d.detail) filter (where not d.blocks) as warnings
      from muster.durability() d) d
