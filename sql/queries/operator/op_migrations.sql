-- The applied migrations, and in row 0 the release of the functions. A schema from before the baseline may have no
-- checksums.
-- params: 1 release text (of this program: "1.2.0")
-- row: number integer, name text, checksum text (hex; null: it was never noted),
--      release text (of the functions, in row 0), newer boolean (than this program; null: it is not row 0)
select m.number, m.name, substr(to_jsonb(m) ->> 'checksum', 3) as checksum, f.release,
       string_to_array(f.release, '.')::integer[] > string_to_array($1, '.')::integer[] as newer
from muster.schema_migration m
left join lateral (select substr(m.name, length('functions_') + 1) as release where m.number = 0) f on true
order by m.number
