-- The member of a SCIM user (by the user's id), locked.
-- params: 1 user_id uuid
-- row member: id uuid, email text, email_key text, first_name text, last_name text, display_name text,
--             external_id text, status text
select m.id, m.email, m.email_key, m.first_name, m.last_name, m.display_name, m.external_id, m.status
from muster.member m
where m.organization_id = muster.organization_id()
      and m.id = (select u.member_id from muster.scim_user u
                  where u.organization_id = muster.organization_id() and u.id = $1::uuid)
for update of m
