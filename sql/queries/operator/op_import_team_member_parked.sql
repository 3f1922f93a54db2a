-- Takes lines of an export: team_member_parked.
-- params: 1 lines jsonb
-- row: none
insert into muster.team_member_parked
select r.*
from jsonb_array_elements($1::jsonb) x
cross join lateral jsonb_populate_record(null::muster.team_member_parked, x.value || jsonb_build_object('organization_id', muster.organization_id())) r
