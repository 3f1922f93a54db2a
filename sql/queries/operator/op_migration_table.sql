-- The migrations that were applied; to_regclass is null before the first.
-- params: none
-- row: present boolean
select to_regclass('muster.schema_migration') is not null as present
