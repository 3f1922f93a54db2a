-- The removed SCIM user that comes back: by externalId, else by email; locked.
-- params: 1 external_id text? (null: none), 2 email_key text? (null: none)
-- row stored: id uuid, version bigint, resource text, modified_us bigint
-- row: member_id uuid, created text
select u.id, u.version, u.resource, (extract(epoch from u.modified_at) * 1000000)::bigint as modified_us,
       u.member_id, muster.time_text(u.created_at) as created
from muster.scim_user u
where u.organization_id = muster.organization_id() and u.connection_id = muster.connection_id()
      and (u.external_id = $1 or u.email_key = $2) and u.removed_at is not null
order by coalesce(u.external_id = $1, false) desc, u.removed_at desc
limit 1
for update of u
