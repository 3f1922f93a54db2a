-- A page of an organization's chain as it is stored, each place with its event if that exists. It calls no function of
-- the schema, because these may have been changed. Duplicate places come together.
-- params: 1 organization_id uuid, 2 after bigint, 3 to bigint, 4 limit bigint
-- row place: sequence bigint, hash text
-- row: event_id uuid, salt text, commitment text, id uuid, at_us bigint, action text, actor_type text, actor_id uuid,
--      connection_id uuid, target_type text, target_id uuid, request_id uuid, client_address text, data text,
--      erased boolean
select s.sequence, encode(s.hash, 'hex') as hash, s.event_id, encode(s.salt, 'hex') as salt, encode(s.commitment, 'hex') as commitment,
       e.id, case when e.at between '0001-01-01 00:00:00+00' and '9999-12-31 00:00:00+00'
                  then (extract(epoch from e.at) * 1000000)::bigint end as at_us,
       e.action, e.actor_type, e.actor_id, e.connection_id, e.target_type, e.target_id, e.request_id, e.client_address,
       e.data::text as data, e.erased_at is not null as erased
from (select s.* from muster.audit_seal s
      where s.organization_id = $1::uuid and s.sequence > $2::bigint and s.sequence <= $3::bigint
      order by s.sequence
      fetch first ($4::bigint) rows with ties) s
left join lateral (select e.* from muster.audit_event e
                   where e.organization_id = s.organization_id and e.id = s.event_id and e.at = s.at
                   offset 0 /* each by its key */) e on true
order by s.sequence
