-- The extension schemas of an organization, in the order of their registration.
-- params: none
-- row object: object json
select muster.object(x) as object
from muster.extension_schema x
where x.organization_id = muster.organization_id()
order by x.created_at, x.urn_key
