-- The number of the newest migration applied.
-- params: none
-- row: number integer
select coalesce(max(m.number), 0) as number from muster.schema_migration m
