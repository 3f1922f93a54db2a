-- What was done since the last savepoint stays, if the transaction does.
-- params: none
-- row: none
release savepoint item
