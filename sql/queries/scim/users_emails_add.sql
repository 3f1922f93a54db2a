-- The email values that filters look for, of new users.
-- params: 1 user_ids uuid[], 2 keys text[] (of each: a JSON array of texts)
-- row: none
insert into muster.scim_user_email (organization_id, connection_id, user_id, value_key)
select muster.organization_id(), muster.connection_id(), u.id, k.key
from unnest($1::uuid[], $2::text[]) u (id, keys)
cross join lateral jsonb_array_elements_text(u.keys::jsonb) k (key)
on conflict do nothing
