-- The unique values of new users.
-- params: 1 user_ids uuid[], 2 values text[] (of each: a JSON array of {attribute, key})
-- row: none
-- constraint: scim_unique_value_attribute
insert into muster.scim_unique_value (organization_id, connection_id, attribute, value_key, resource_id)
select distinct muster.organization_id(), muster.connection_id(), v.attribute, v.key, u.id
from unnest($1::uuid[], $2::text[]) u (id, given)
cross join lateral jsonb_to_recordset(u.given::jsonb) v (attribute text, key text)
