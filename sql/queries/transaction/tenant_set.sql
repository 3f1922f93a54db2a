-- Sets the tenant of the transaction, to find a request's own audit event after a lost connection.
-- params: 1 organization_id text? (null: none)
-- row: organization_id text
select set_config('muster.organization', $1, true) as organization_id
