-- Keeps what a migration was when it was applied.
-- params: 1 number integer, 2 checksum text (hex)
-- row: none
update muster.schema_migration set checksum = decode($2, 'hex') where number = $1::integer and checksum is null
