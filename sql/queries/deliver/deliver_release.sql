-- Makes the deliveries of disconnected workers due again (muster.webhook_release), unless a commit has waited too long
-- for a synchronous standby: then nothing is written.
-- params: none
-- row: standby_waits boolean, released bigint (null: nothing was looked at)
select w.standby_waits, case when not w.standby_waits then muster.webhook_release() end as released
from (select case when current_setting('synchronous_standby_names') <> '' then muster.standby_waits() else false end as standby_waits
      offset 0 /* asked once, and first */) w
