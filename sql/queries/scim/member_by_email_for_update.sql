-- The member who has an email, locked.
-- params: 1 email_key text?
-- row member: id uuid, email text, email_key text, first_name text, last_name text, display_name text,
--             external_id text, status text
select m.id, m.email, m.email_key, m.first_name, m.last_name, m.display_name, m.external_id, m.status
from muster.member m
where m.organization_id = muster.organization_id() and m.email_key = $1
for update of m
