-- An organization's attribute mapping and how far it is applied.
-- params: none
-- row object: object json
select muster.object(m) as object
from (select muster.organization_id() as id) o
left join muster.attribute_mapping m on m.organization_id = o.id
