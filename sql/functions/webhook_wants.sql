create or replace function muster.webhook_wants(w muster.webhook_endpoint, action text, target uuid) returns boolean
    language sql stable parallel safe
    as $$
        select case when action = 'webhook.test' then w.id = target
                    else exists (select from unnest(w.events) p
                                 where p = action or (right(p, 1) = '*' and action ^@ left(p, -1))) end
    $$;

comment on function muster.webhook_wants(muster.webhook_endpoint, text, uuid) is
'Whether an endpoint wants this action. A test is only for the tested endpoint.
Parameters: w: the endpoint; action; target: of the event.
Returns: yes or no.
Locks: none.
Called by: webhook_make, api_webhook_replay_dead, api_webhook_delivery_wanted.';
