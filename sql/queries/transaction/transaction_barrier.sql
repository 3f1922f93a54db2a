-- Writes a word of ours where there are synchronous standbys: the commit of what holds it waits until they have it,
-- and with it all that was committed before.
-- params: none
-- row: place pg_lsn
select pg_logical_emit_message(true, 'muster', '') as place
where current_setting('synchronous_standby_names') <> ''
