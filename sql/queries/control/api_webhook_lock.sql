-- Locks one webhook by id.
-- params: 1 id text
-- row object: object json
select muster.object(w) as object
from muster.webhook_endpoint w
where w.organization_id = muster.webhook_owner() and w.id = muster.uuid($1) and w.removed_at is null
for no key update
