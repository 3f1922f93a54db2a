-- The locks of all connections of the organization, shared, in the order of their ids, so that nesting of groups does
-- not change.
-- params: none
-- row: lock void
select pg_advisory_xact_lock_shared(muster.connection_lock(c.id)) as lock
from (select c.id from muster.connection c where c.organization_id = muster.organization_id() order by c.id) c
