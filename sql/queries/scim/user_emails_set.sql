-- Replaces the email values of a user that filters look for.
-- params: 1 user_id uuid, 2 keys jsonb (array of texts)
-- row: none
with gone as (
    delete from muster.scim_user_email e
    where e.organization_id = muster.organization_id() and e.user_id = $1::uuid and not $2::jsonb ? e.value_key
)
insert into muster.scim_user_email (organization_id, connection_id, user_id, value_key)
select muster.organization_id(), muster.connection_id(), $1::uuid, k.key
from jsonb_array_elements_text($2::jsonb) k (key)
on conflict do nothing
