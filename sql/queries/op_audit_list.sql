-- The newest audit events of an organization; the action may end in *.
-- params: 1 organization_id uuid, 2 action text (null: any), 3 prefix text (null: none), 4 limit bigint
-- row: object json
select json_build_object('id', e.id, 'at', muster.time_text(e.at), 'action', e.action, 'actor_type', e.actor_type,
                         'actor_id', e.actor_id, 'connection_id', e.connection_id, 'target_type', e.target_type,
                         'target_id', e.target_id, 'data', e.data, 'request_id', e.request_id,
                         'client_address', e.client_address) as object
from muster.audit_event e
where e.organization_id = $1::uuid and ($2::text is null or e.action = $2::text)
      and ($3::text is null or e.action ^@ $3::text)
order by e.at desc, e.id desc
limit $4::bigint
