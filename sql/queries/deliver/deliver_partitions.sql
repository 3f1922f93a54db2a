-- Makes the audit log's partitions for the next months.
-- params: none
-- row: made integer, busy boolean, kept integer
select * from muster.audit_partitions_ahead()
