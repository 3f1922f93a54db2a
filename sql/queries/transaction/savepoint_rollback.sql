-- What was done since the last savepoint is undone.
-- params: none
-- row: none
rollback to savepoint item
