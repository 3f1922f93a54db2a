-- Sends again what a webhook did not take in all attempts; how many.
-- params: 1 endpoint_id text
-- row: made bigint
select coalesce(sum(muster.webhook_enqueue(x.organization_id, x.sequences, muster.uuid($1))), 0)::bigint as made
from (select d.organization_id, array_agg(d.sequence) as sequences
      from muster.webhook_delivery d
      where d.endpoint_id = muster.uuid($1) and d.state = 'dead'
      group by d.organization_id) x
