-- What the server promises about durability, and who we are.
-- params: none
-- row: version text, fsync text, full_page_writes text, synchronous_commit text, synchronous_standby_names text,
--      data_checksums text, superuser boolean, in_recovery boolean
select current_setting('server_version') as version, current_setting('fsync') as fsync,
       current_setting('full_page_writes') as full_page_writes, current_setting('synchronous_commit') as synchronous_commit,
       current_setting('synchronous_standby_names') as synchronous_standby_names,
       current_setting('data_checksums') as data_checksums,
       (select r.rolsuper from pg_roles r where r.rolname = current_user) as superuser, pg_is_in_recovery() as in_recovery
