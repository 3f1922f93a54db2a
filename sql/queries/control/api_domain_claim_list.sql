-- The domain claims of an organization, oldest first, from one on.
-- params: 1 after uuid? (null: the first), 2 limit bigint? (null: all)
-- row object: object json
-- row listed: id uuid
select muster.object(c) as object, c.id
from muster.domain_claim c
where c.organization_id = muster.organization_id() and c.id > case when $1::uuid is null then muster.installation() else $1::uuid end
order by c.id
limit $2::bigint
