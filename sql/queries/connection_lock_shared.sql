-- The connection's lock, shared: nesting of groups stands still while members or their status change.
-- params: none
-- row: lock void
select pg_advisory_xact_lock_shared(hashtextextended(muster.connection_id()::text, 0)) as lock
