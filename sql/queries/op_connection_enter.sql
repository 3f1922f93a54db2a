-- Makes a connection the tenant of this transaction, for the operator's own work on it.
-- params: 1 connection_id uuid
-- row: organization text, connection text
select set_config('muster.organization', c.organization_id::text, true) as organization,
       set_config('muster.connection', c.id::text, true) as connection
from muster.connection c
where c.id = $1::uuid
