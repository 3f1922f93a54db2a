-- Up to the end of the transaction, no request begins, since each begins with its organization; and those that have
-- begun end first. So none has what a migration needs and waits for what it has.
-- params: none
-- row: none
lock table muster.organization in access exclusive mode
