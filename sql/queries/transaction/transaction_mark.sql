-- Bounds the waits of this transaction, has warnings sent, and takes the lock under which its end can be waited for
-- (core/db/db_transaction.c). standby_waits: whether a commit has waited for a synchronous standby for too long; null:
-- there is none to wait for.
-- params: 1 key bigint, 2 lock_ms text (milliseconds that each wait for a lock may take)
-- row: lock_timeout text, idle_timeout text, statement_timeout text, warnings text, standby_waits boolean, mark void
select set_config('lock_timeout', $2, true) as lock_timeout,
       set_config('idle_in_transaction_session_timeout', '10000', true) as idle_timeout,
       set_config('statement_timeout', '30000', true) as statement_timeout,
       set_config('client_min_messages', 'warning', true) as warnings,
       case when current_setting('synchronous_standby_names') <> '' then muster.standby_waits() end as standby_waits,
       pg_advisory_xact_lock($1::bigint) as mark
