-- Signing keys are made and replaced one at a time; held until the transaction ends.
-- params: none
-- row: lock void
select pg_advisory_xact_lock(hashtextextended('muster.signing_key', 0)) as lock
