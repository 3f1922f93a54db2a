-- What is in the hand of nobody is due again (muster.webhook_release).
-- params: none
-- row: released bigint
select muster.webhook_release() as released
