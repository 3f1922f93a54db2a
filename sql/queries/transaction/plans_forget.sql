-- Takes a prepared statement away from the server; its name is put behind it (core/db/db_batch.c).
-- params: none
-- row: none
deallocate
