-- The webhooks of the tenant, or of the installation, in the order of their creation, from one on.
-- params: 1 after uuid? (null: the first), 2 limit bigint? (null: all)
-- row object: object json
-- row listed: id uuid
select muster.object(w) as object, w.id
from muster.webhook_endpoint w
where w.organization_id = muster.webhook_owner() and w.removed_at is null and w.id > case when $1::uuid is null then muster.installation() else $1::uuid end
order by w.id
limit $2::bigint
