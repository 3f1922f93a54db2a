-- Sets whether transactions of this session read one snapshot, however long they take, or work as usual.
-- params: 1 isolation text (repeatable read, read committed), 2 read_only text (on, off)
-- row: isolation text, read_only text
select set_config('default_transaction_isolation', $1, false) as isolation, set_config('default_transaction_read_only', $2, false) as read_only
