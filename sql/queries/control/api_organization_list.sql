-- The organizations, in the order of their creation, from one on.
-- params: 1 after uuid? (null: the first), 2 limit bigint? (null: all)
-- row object: object json
-- row listed: id uuid
select muster.object(o) as object, o.id
from muster.organization o
where o.removed_at is null and o.id > case when $1::uuid is null then muster.installation() else $1::uuid end
order by o.id
limit $2::bigint
