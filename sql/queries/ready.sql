-- Whether the database answers, and has the schema.
-- params: none
-- row: number integer
select max(m.number) as number from muster.schema_migration m
