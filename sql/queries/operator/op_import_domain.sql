-- Takes lines of an export: organization_domain.
-- params: 1 lines jsonb
-- row: none
insert into muster.organization_domain
select r.*
from jsonb_array_elements($1::jsonb) x
cross join lateral jsonb_populate_record(null::muster.organization_domain, x.value || jsonb_build_object('organization_id', muster.organization_id())) r
