-- Stores an applied migration with its checksum.
-- params: 1 name text, 2 checksum text (hex)
-- row: none
update muster.schema_migration set checksum = decode($2, 'hex') where name = $1 and checksum is null
