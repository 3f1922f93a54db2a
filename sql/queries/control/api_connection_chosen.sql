-- The connection of this id, or the newest.
-- params: 1 id uuid? (null: the newest)
-- row object: object json
select muster.object(c) as object
from muster.connection c
where c.organization_id = muster.organization_id() and c.removed_at is null and ($1::uuid is null or c.id = $1::uuid)
order by c.id desc
limit 1
