-- The organization of a connection, a token or a webhook (all zeros: the installation).
-- params: 1 id text
-- row: organization_id uuid
select c.organization_id from muster.connection c where c.id = muster.uuid($1)
union all
select t.organization_id from muster.token t where t.id = muster.uuid($1)
union all
select w.organization_id from muster.webhook_endpoint w where w.id = muster.uuid($1)
