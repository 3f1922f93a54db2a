-- Sends a webhook events of an organization, by their sequence numbers; the answer says how many, and an event, unless
-- there are none.
-- params: 1 endpoint_id text, 2 organization_id uuid, 3 from bigint, 4 to bigint, 5 event_id uuid? (null: any),
--         6 request_id uuid, 7 client_address text?
-- row object: object json
-- row: told void
with replayed as materialized (
    select muster.webhook_enqueue($2::uuid, array(select generate_series($3::bigint, $4::bigint)), muster.uuid($1)) as made
)
select json_build_object('replayed', r.made) as object,
       case when r.made > 0
            then muster.audit(muster.webhook_owner(), $5::uuid, 'webhook.replayed', null, 'webhook', muster.uuid($1),
                              jsonb_build_object('organization_id', $2::uuid, 'from_sequence', $3::bigint, 'to_sequence', $4::bigint,
                                                 'replayed', r.made), $6::uuid, $7)
       end as told
from replayed r
