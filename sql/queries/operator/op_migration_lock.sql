-- One migration at a time; held until the connection ends.
-- params: none
-- row: lock void
select pg_advisory_lock(hashtextextended('muster.migrate', 0)) as lock
