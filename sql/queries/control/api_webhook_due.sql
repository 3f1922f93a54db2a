-- Makes the queue of a webhook due now, for all targets or that of a delivery; deliveries that are being sent do not
-- change.
-- params: 1 endpoint_id text, 2 delivery_id text? (null: all)
-- row: none
update muster.webhook_queue q
set next_at = now()
where q.endpoint_id = muster.uuid($1) and q.lease is null and q.next_at > now()
      and ($2::text is null or exists (select from muster.webhook_delivery d
                                       where d.id = muster.uuid($2::text) and d.endpoint_id = q.endpoint_id and d.target_id = q.target_id
                                             and d.organization_id = q.organization_id))
