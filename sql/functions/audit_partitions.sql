create or replace function muster.audit_partitions(months integer) returns void
    language sql volatile
    as $$ select from muster.audit_partitions_ahead() $$;

comment on function muster.audit_partitions(integer) is
'What muster migrate of the release before calls instead of audit_partitions_ahead().
Parameters: months: not used any more.
Returns: nothing.
Locks: those of audit_partitions_ahead.
Called by: op_partitions of the release before.';

revoke all on function muster.audit_partitions(integer) from public;
