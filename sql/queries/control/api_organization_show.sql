-- One organization by slug or id.
-- params: 1 slug_or_id text
-- row object: object json
select muster.object(o) as object from muster.organization o where (o.slug = $1 or o.id = muster.uuid($1)) and o.removed_at is null
