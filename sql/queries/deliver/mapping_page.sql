-- The next live users of the organization, with their connections, and the fields that a mapping of email or active
-- could change; locks them, and so waits for current changes.
-- params: 1 after uuid? (null: the first), 2 limit bigint
-- row: id uuid, connection_id uuid, active boolean, email_key text, identifies boolean, resource text
select u.id, u.connection_id, u.active, u.email_key,
       (select c.linking <> 'never' from muster.connection c
        where c.organization_id = muster.organization_id() and c.id = u.connection_id) as identifies, u.resource
from muster.scim_user u
where u.organization_id = muster.organization_id() and u.removed_at is null and u.id > case when $1::uuid is null then muster.installation() else $1::uuid end
order by u.id
limit $2::bigint
for no key update of u
