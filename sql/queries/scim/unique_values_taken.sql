-- The unique values that another resource already has.
-- params: 1 resource_id uuid, 2 values jsonb (array of {attribute, key})
-- row: attribute text, key text
select w.attribute, w.key
from jsonb_to_recordset($2::jsonb) w (attribute text, key text)
cross join lateral (select from muster.scim_unique_value u
                    where u.organization_id = muster.organization_id() and u.connection_id = muster.connection_id()
                          and u.attribute = w.attribute and u.value_key = w.key and u.resource_id <> $1::uuid offset 0 /* each by its key */) x
