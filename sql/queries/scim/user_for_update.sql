-- A live SCIM user, locked until the end of the transaction, with what a change needs to know.
-- params: 1 id uuid
-- row stored: id uuid, version bigint, resource text, modified_us bigint
-- row: member_id uuid, active boolean, user_name_key text, email_key text, former_user_name_key text, external_id text
select u.id, u.version, u.resource, (extract(epoch from u.modified_at) * 1000000)::bigint as modified_us,
       u.member_id, u.active, u.user_name_key, u.email_key, u.former_user_name_key, u.external_id
from muster.scim_user u
where u.organization_id = muster.organization_id() and u.connection_id = muster.connection_id() and u.id = $1::uuid
      and u.removed_at is null
for update of u
