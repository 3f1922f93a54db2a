-- Wakes the sealer. Behind the commit: NOTIFY inside a transaction makes all that notify commit one after the other,
-- each with its fsync.
-- params: none
-- row: none
notify muster_audit
