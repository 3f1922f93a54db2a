-- The waiting work in the database, for the page of metrics.
-- params: none
-- row: name text, label text, value text
select m.name, m.label, m.value::text from muster.metrics() m
