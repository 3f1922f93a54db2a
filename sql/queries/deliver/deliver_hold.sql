-- Locks rows of the queue in the sealer's order, so that they never deadlock.
-- params: 1 organization_ids uuid[], 2 endpoint_ids uuid[], 3 target_ids uuid[]
-- row: none
select
from unnest($1::uuid[], $2::uuid[], $3::uuid[]) k (organization_id, endpoint_id, target_id)
join muster.webhook_queue q
    on q.endpoint_id = k.endpoint_id and q.target_id = k.target_id and q.organization_id = k.organization_id
order by q.organization_id, q.endpoint_id, q.target_id
for update of q
