-- Listens for new events (transaction_tell).
-- params: none
-- row: none
listen muster_audit
