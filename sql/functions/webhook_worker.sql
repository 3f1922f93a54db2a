create or replace function muster.webhook_worker(worker integer) returns boolean
    language sql volatile
    set search_path = pg_catalog, pg_temp
    as $$ select pg_try_advisory_lock(hashtext('muster.webhook_worker'), worker) $$;

comment on function muster.webhook_worker(integer) is
'Locks the number of a worker for as long as it is connected.
Parameters: worker: the number.
Returns: false: another connection has it.
Locks: an advisory lock of the session.
Called by: deliver_worker.';

revoke all on function muster.webhook_worker(integer) from public;
grant execute on function muster.webhook_worker(integer) to muster_deliver;
