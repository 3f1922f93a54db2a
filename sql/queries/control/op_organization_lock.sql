-- The locks of all connections of an organization, exclusive, in the order of their ids, so that its directory does not
-- change.
-- params: 1 organization_id uuid
-- row: lock void
select pg_advisory_xact_lock(muster.connection_lock(c.id)) as lock
from (select c.id from muster.connection c where c.organization_id = $1::uuid order by c.id) c
