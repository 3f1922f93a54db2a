-- Prevents that events are sealed, and so queued for a webhook, until the end of the transaction.
-- params: none
-- row: hold void
select muster.hold_sealer() as hold
