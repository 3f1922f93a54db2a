-- Replaces the unique values of a resource.
-- params: 1 resource_id uuid, 2 values jsonb (array of {attribute, key})
-- row: none
-- constraint: scim_unique_value_attribute
with wanted as (
    select distinct v.attribute, v.key from jsonb_to_recordset($2::jsonb) v (attribute text, key text)
), gone as (
    delete from muster.scim_unique_value u
    where u.organization_id = muster.organization_id() and u.resource_id = $1::uuid
          and not exists (select from wanted w where w.attribute = u.attribute and w.key = u.value_key)
)
insert into muster.scim_unique_value (organization_id, connection_id, attribute, value_key, resource_id)
select muster.organization_id(), muster.connection_id(), w.attribute, w.key, $1::uuid
from wanted w
where not exists (select from muster.scim_unique_value u
                  where u.organization_id = muster.organization_id() and u.connection_id = muster.connection_id()
                        and u.attribute = w.attribute and u.value_key = w.key and u.resource_id = $1::uuid)
