-- Throws away the plans that the server keeps for this connection's prepared statements (core/db/db_batch.c says why).
-- params: none
-- row: none
discard plans
