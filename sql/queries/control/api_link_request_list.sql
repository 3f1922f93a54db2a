-- The link requests of an organization, oldest first, from one on.
-- params: 1 status text? (null: any), 2 after uuid? (null: the first), 3 limit bigint? (null: all)
-- row object: object json
-- row listed: id uuid
select muster.object(r) as object, r.id
from muster.link_request r
where r.organization_id = muster.organization_id() and ($1::text is null or r.status = $1::text) and r.id > case when $2::uuid is null then muster.installation() else $2::uuid end
order by r.id
limit $3::bigint
