-- Until the end of the transaction no event is sealed, and so nothing queued for a webhook.
-- params: none
-- row: hold void
select muster.hold_sealer() as hold
