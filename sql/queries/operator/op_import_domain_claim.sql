-- Takes lines of an export: domain_claim.
-- params: 1 lines jsonb
-- row: none
insert into muster.domain_claim
select r.*
from jsonb_array_elements($1::jsonb) x
cross join lateral jsonb_populate_record(null::muster.domain_claim, x.value || jsonb_build_object('organization_id', muster.organization_id())) r
