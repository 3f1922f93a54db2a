-- The member of the removed SCIM user that comes back (as user_removed_for_update chooses it), locked.
-- params: 1 external_id text? (null: none), 2 email_key text? (null: none)
-- row member: id uuid, email text, email_key text, first_name text, last_name text, display_name text,
--             external_id text, status text
select m.id, m.email, m.email_key, m.first_name, m.last_name, m.display_name, m.external_id, m.status
from muster.member m
where m.organization_id = muster.organization_id()
      and m.id = (select u.member_id
                  from muster.scim_user u
                  where u.organization_id = muster.organization_id() and u.connection_id = muster.connection_id()
                        and (u.external_id = $1 or u.email_key = $2) and u.removed_at is not null
                  order by coalesce(u.external_id = $1, false) desc, u.removed_at desc
                  limit 1)
for update of m
