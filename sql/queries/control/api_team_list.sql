-- The teams of an organization, in the order of their creation, from one on.
-- params: 1 after uuid? (null: the first), 2 limit bigint? (null: all)
-- row object: object json
-- row listed: id uuid
select muster.object(t) as object, t.id
from muster.team t
where t.organization_id = muster.organization_id() and t.id > case when $1::uuid is null then muster.installation() else $1::uuid end
order by t.id
limit $2::bigint
