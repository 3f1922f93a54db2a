-- Takes a prepared statement away from the server; its name is put behind it (base/db_batch.c).
-- params: none
-- row: none
deallocate
