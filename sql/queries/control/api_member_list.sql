-- The members of an organization, in the order of their creation, from one on.
-- params: 1 after uuid? (null: the first), 2 limit bigint? (null: all)
-- row object: object json
-- row listed: id uuid
select muster.object(m) as object, m.id
from muster.member m
where m.organization_id = muster.organization_id() and m.id > case when $1::uuid is null then muster.installation() else $1::uuid end
order by m.id
limit $2::bigint
