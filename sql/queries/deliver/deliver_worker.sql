-- Takes the lock that says that this worker is there (muster.webhook_worker).
-- params: 1 worker integer
-- row: mine boolean (false: another connection has it)
select muster.webhook_worker($1::integer) as mine
