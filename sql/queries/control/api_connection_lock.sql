-- Locks a connection for a change.
-- params: 1 id text
-- row: id uuid
select c.id from muster.connection c where c.organization_id = muster.organization_id() and c.id = muster.uuid($1) for no key update
