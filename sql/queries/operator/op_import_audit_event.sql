-- Takes lines of an export: audit_event.
-- params: 1 lines jsonb
-- row: none
insert into muster.audit_event
select r.*
from jsonb_array_elements($1::jsonb) x
cross join lateral jsonb_populate_record(null::muster.audit_event, x.value || jsonb_build_object('organization_id', muster.organization_id())) r
