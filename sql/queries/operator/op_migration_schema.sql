-- Makes the schema, in which functions are made before the first tables.
-- params: none
-- row: none
create schema if not exists muster
