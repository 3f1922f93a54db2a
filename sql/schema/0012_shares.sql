-- How long a request may wait for a lock where no transaction of the program says it (base/db_transaction.c): a read that a
-- change of a table is in the way of.
alter role muster_scim set lock_timeout = '2s';
alter role muster_admin set lock_timeout = '2s';

insert into muster.schema_migration (number, name) values (12, '0012_shares');
