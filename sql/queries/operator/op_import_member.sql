-- Takes lines of an export: member.
-- params: 1 lines jsonb
-- row: none
insert into muster.member
select r.*
from jsonb_array_elements($1::jsonb) x
cross join lateral jsonb_populate_record(null::muster.member, x.value || jsonb_build_object('organization_id', muster.organization_id(), 'filed', false)) r
