-- Whether an organization with this id, or this slug, is there; also one that was removed.
-- params: 1 id uuid, 2 slug text
-- row: slug text
select o.slug from muster.organization o where o.id = $1::uuid or o.slug = $2
