-- Until the end of the transaction no event is sealed, and so nothing queued for a webhook.
-- params: none
-- row: hold void
select pg_advisory_xact_lock(hashtextextended('muster.audit_seal', 0)) as hold
