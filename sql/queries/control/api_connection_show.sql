-- One connection by id.
-- params: 1 id text
-- row object: object json
select muster.object(c) as object from muster.connection c where c.organization_id = muster.organization_id() and c.removed_at is null and c.id = muster.uuid($1)
