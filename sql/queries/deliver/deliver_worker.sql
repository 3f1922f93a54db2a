-- Takes the lock that shows that this worker is connected (muster.webhook_worker).
-- params: 1 worker integer
-- row: mine boolean (false: another connection has it)
select muster.webhook_worker($1::integer) as mine
