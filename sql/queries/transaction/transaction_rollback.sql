-- Gives a transaction up.
-- params: none
-- row: none
rollback
