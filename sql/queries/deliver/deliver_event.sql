-- The object of a sealed event of the tenant, for receivers.
-- params: 1 sequence bigint
-- row: object json
select muster.event_object(s, e) as object
from muster.audit_seal s
join muster.audit_event e on e.organization_id = s.organization_id and e.id = s.event_id and e.at = s.at
where s.organization_id = muster.organization_id() and s.sequence = $1::bigint
