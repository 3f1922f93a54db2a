-- The connection's lock, exclusive: for links between groups and for deletions.
-- params: none
-- row: lock void
select pg_advisory_xact_lock(hashtextextended(muster.connection_id()::text, 0)) as lock
