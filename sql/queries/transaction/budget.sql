-- Gives the statements behind it, up to the end of the transaction, so much time each.
-- params: 1 milliseconds text
-- row: statement_timeout text
select set_config('statement_timeout', $1, true) as statement_timeout
