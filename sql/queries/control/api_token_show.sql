-- One token by id.
-- params: 1 id text
-- row object: object json
select muster.object(t) as object from muster.token t where t.organization_id = muster.organization_id() and t.id = muster.uuid($1)
