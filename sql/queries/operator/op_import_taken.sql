-- Whether an organization with this id or slug exists, even if it was removed.
-- params: 1 id uuid, 2 slug text
-- row: slug text
select o.slug from muster.organization o where o.id = $1::uuid or o.slug = $2
