-- The organization that a connection or a token is of.
-- params: 1 id text
-- row: organization_id uuid
select c.organization_id from muster.connection c where c.id = muster.uuid($1)
union all
select t.organization_id from muster.token t where t.id = muster.uuid($1)
