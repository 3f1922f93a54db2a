-- Whether the database answers, has the schema, the functions of this release or of a newer one, takes writes, and
-- keeps those that were acknowledged (muster.durability).
-- params: 1 release text (of this program: "1.2.0")
-- row: number integer, functions boolean, read_only boolean, blocked text (null: by nothing), warnings json
select (select max(m.number) from muster.schema_migration m) as number,
       exists (select from muster.schema_migration m
               where m.number = 0
                     and string_to_array(substr(m.name, length('functions_') + 1), '.')::integer[]
                         >= string_to_array($1, '.')::integer[]) as functions,
       pg_is_in_recovery() or current_setting('transaction_read_only')::boolean as read_only,
       d.blocked, d.warnings
from (select min(d.detail) filter (where d.blocks) as blocked, json_agg(d.detail) filter (where not d.blocks) as warnings
      from muster.durability() d) d
