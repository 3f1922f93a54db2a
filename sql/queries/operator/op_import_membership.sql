-- Takes lines of an export: scim_group_user.
-- params: 1 lines jsonb
-- row: none
insert into muster.scim_group_user
select r.*
from jsonb_array_elements($1::jsonb) x
cross join lateral jsonb_populate_record(null::muster.scim_group_user, x.value || jsonb_build_object('organization_id', muster.organization_id())) r
