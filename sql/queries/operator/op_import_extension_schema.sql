-- Takes lines of an export: extension_schema.
-- params: 1 lines jsonb
-- row: none
insert into muster.extension_schema
select r.*
from jsonb_array_elements($1::jsonb) x
cross join lateral jsonb_populate_record(null::muster.extension_schema, x.value || jsonb_build_object('organization_id', muster.organization_id())) r
