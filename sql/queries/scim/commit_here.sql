-- Nobody gets an acknowledgement of this transaction's writes, so its commit waits for no standby.
-- params: none
-- row: synchronous_commit text
select set_config('synchronous_commit', 'local', true) as synchronous_commit
where current_setting('synchronous_standby_names') <> '' and current_setting('synchronous_commit') <> 'off'
