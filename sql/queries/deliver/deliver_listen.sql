-- Hears of what is written (transaction_tell).
-- params: none
-- row: none
listen muster_audit
