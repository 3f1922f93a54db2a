-- Makes the audit log's partitions for two years ahead.
-- params: none
-- row: done void
select muster.audit_partitions(24) as done
