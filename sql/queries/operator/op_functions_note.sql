-- Stores the release of the functions, in row 0 of the migrations.
-- params: 1 release text, 2 checksum text (hex, of all their texts)
-- row: none
insert into muster.schema_migration as m (number, name, checksum)
values (0, 'functions_' || $1, decode($2, 'hex'))
on conflict (number) do update set name = excluded.name, checksum = excluded.checksum, applied_at = now()
where (m.name, m.checksum) is distinct from (excluded.name, excluded.checksum)
