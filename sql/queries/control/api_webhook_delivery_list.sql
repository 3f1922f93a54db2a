-- The deliveries of a webhook, newest first, from one on.
-- params: 1 endpoint_id text, 2 state text? (null: any), 3 event_id uuid? (null: any),
--         4 before uuid? (null: the newest), 5 limit bigint? (null: all)
-- row object: object json
-- row listed: id uuid
select muster.object(d) as object, d.id
from muster.webhook_delivery d
where d.endpoint_id = muster.uuid($1) and ($2::text is null or d.state = $2::text) and ($3::uuid is null or d.event_id = $3::uuid)
      and d.id < case when $4::uuid is null then 'ffffffff-ffff-ffff-ffff-ffffffffffff' else $4::uuid end
order by d.id desc
limit $5::bigint
