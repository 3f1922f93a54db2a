-- A place inside a transaction that it can go back to; they nest.
-- params: none
-- row: none
savepoint item
