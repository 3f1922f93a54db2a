-- Makes what is reserved under a worker's number due again. The worker has nothing in hand: it lost its connection
-- before it learnt of these.
-- params: 1 worker integer
-- row: none
update muster.webhook_queue q
set lease = null, in_hand = null, holder = null, next_at = now()
from (select w.endpoint_id, w.organization_id, w.target_id
      from muster.webhook_queue w
      where w.lease is not null and w.holder = $1::integer
      for no key update skip locked) o
where q.endpoint_id = o.endpoint_id and q.organization_id = o.organization_id and q.target_id = o.target_id
