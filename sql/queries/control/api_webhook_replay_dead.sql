-- Sends again the deliveries that a webhook did not accept in any attempt and still wants, the oldest first, up to a
-- limit; returns how many.
-- params: 1 endpoint_id text, 2 most bigint
-- row: made bigint
select coalesce(sum(muster.webhook_enqueue(x.organization_id, x.sequences, muster.uuid($1))), 0)::bigint as made
from (select l.organization_id, array_agg(l.sequence) as sequences
      from (select d.organization_id, d.sequence
            from muster.webhook_endpoint w
            join muster.webhook_delivery d on d.endpoint_id = w.id
            where w.id = muster.uuid($1) and d.state = 'dead' and muster.webhook_wants(w, d.action, d.target_id)
            order by d.organization_id, d.sequence
            limit $2::bigint) l
      group by l.organization_id) x
