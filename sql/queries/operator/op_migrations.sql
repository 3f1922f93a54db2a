-- The migrations that were applied. A schema from before the baseline may have no checksums.
-- params: none
-- row: number integer, name text, checksum text (hex; null: it was never noted)
select m.number, m.name, substr(to_jsonb(m) ->> 'checksum', 3) as checksum
from muster.schema_migration m
order by m.number
