-- Opens a transaction.
-- params: none
-- row: none
begin isolation level read committed
