-- Locks a team for a change of its name or its people, or for its end.
-- params: 1 name_key text, 2 id text
-- row: id uuid
select t.id from muster.team t where t.organization_id = muster.organization_id() and (t.name_key = $1 or t.id = muster.uuid($2)) for update
