-- Moves the events of the audit log's default partition to partitions of their months.
-- params: none
-- row: months integer, events bigint
select * from muster.audit_partitions_repair()
