-- The email values that filters look for, of a user who has none there: a new one, or one that comes back.
-- params: 1 user_id uuid, 2 keys jsonb (array of texts)
-- row: none
insert into muster.scim_user_email (organization_id, connection_id, user_id, value_key)
select muster.organization_id(), muster.connection_id(), $1::uuid, k.key
from jsonb_array_elements_text($2::jsonb) k (key)
on conflict do nothing
