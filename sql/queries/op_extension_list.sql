-- The extension schemas of an organization, in the order of their registration.
-- params: 1 organization_id uuid
-- row: object json
select json_build_object('urn', x.urn, 'resource_type', x.resource_type, 'required', x.required,
                         'definition', x.definition::json, 'created_at', muster.time_text(x.created_at)) as object
from muster.extension_schema x
where x.organization_id = $1::uuid
order by x.created_at, x.urn_key
