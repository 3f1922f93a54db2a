-- Makes a connection of an organization the tenant of this transaction.
-- params: 1 organization_id text, 2 connection_id text
-- row: organization text, connection text
select set_config('muster.organization', $1, true) as organization, set_config('muster.connection', $2, true) as connection
