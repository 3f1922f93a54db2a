-- Ends a transaction; its answer must be COMMIT.
-- params: none
-- row: none
commit
