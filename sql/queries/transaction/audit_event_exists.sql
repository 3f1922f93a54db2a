-- Whether the event with the request's id was written: the request took effect.
-- params: 1 id uuid
-- row: id uuid
select e.id
from muster.audit_event e
where e.organization_id = muster.organization_id() and e.id = $1::uuid and e.at > now() - interval '1 day'
