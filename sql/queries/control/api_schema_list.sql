-- The extension schemas of an organization, in the order of their registration.
-- params: none
-- row object: object json
select json_build_object('urn', x.urn, 'resource_type', x.resource_type, 'required', x.required,
                         'definition', x.definition::json, 'created_at', muster.time_text(x.created_at)) as object
from muster.extension_schema x
where x.organization_id = muster.organization_id()
order by x.created_at, x.urn_key
