-- Sends again the deliveries that a webhook did not accept in any attempt and still wants, the oldest first, up to a
-- limit; the answer says how many, and an event, unless there are none.
-- params: 1 endpoint_id text, 2 most bigint, 3 event_id uuid? (null: any), 4 request_id uuid, 5 client_address text?
-- row object: object json
-- row: told void
with replayed as materialized (
    select coalesce(sum(muster.webhook_enqueue(x.organization_id, x.sequences, muster.uuid($1))), 0)::bigint as made
    from (select l.organization_id, array_agg(l.sequence) as sequences
          from (select d.organization_id, d.sequence
                from muster.webhook_endpoint w
                join muster.webhook_delivery d on d.endpoint_id = w.id
                where w.id = muster.uuid($1) and d.state = 'dead' and muster.webhook_wants(w, d.action, d.target_id)
                order by d.organization_id, d.sequence
                limit $2::bigint) l
          group by l.organization_id) x
)
select json_build_object('replayed', r.made) as object,
       case when r.made > 0
            then muster.audit(muster.webhook_owner(), $3::uuid, 'webhook.replayed', null, 'webhook', muster.uuid($1),
                              jsonb_build_object('state', 'dead', 'replayed', r.made), $4::uuid, $5)
       end as told
from replayed r
