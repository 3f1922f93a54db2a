-- A page of an organization's sealed events in the order of the chain; the action may be a beginning.
-- params: 1 organization_id uuid, 2 after bigint, 3 action text? (null: any), 4 prefix text? (null: none),
--         5 from timestamptz? (null: none), 6 to timestamptz? (null: none), 7 limit bigint
-- row audited: sequence bigint, hash text, id uuid, at text, action text, actor_type text, actor_id uuid,
--              connection_id uuid, target_type text, target_id uuid, request_id uuid, client_address text, data text
select s.sequence, encode(s.hash, 'hex') as hash, e.id, muster.time_text(e.at) as at, e.action, e.actor_type, e.actor_id, e.connection_id,
       e.target_type, e.target_id, e.request_id, e.client_address, e.data::text as data
from muster.audit_seal s
cross join lateral (select e.* from muster.audit_event e
                    where e.organization_id = s.organization_id and e.id = s.event_id and e.at = s.at
                    offset 0 /* each by its key */) e
where s.organization_id = $1::uuid and s.sequence > $2::bigint and ($3::text is null or e.action = $3::text)
      and ($4::text is null or e.action ^@ $4::text) and ($5::timestamptz is null or s.at >= $5::timestamptz)
      and ($6::timestamptz is null or s.at < $6::timestamptz)
order by s.sequence
limit $7::bigint
