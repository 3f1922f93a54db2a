-- A live user, locked, if its manager is this user, who was removed and did not come back.
-- params: 1 user_id uuid, 2 id uuid
-- row stored: id uuid, version bigint, resource text, modified_us bigint
-- row report: active boolean, former_user_name_key text, member_id uuid, member_status text
select u.id, u.version, u.resource, (extract(epoch from u.modified_at) * 1000000)::bigint as modified_us,
       u.active, u.former_user_name_key, u.member_id,
       (select m.status from muster.member m where m.organization_id = u.organization_id and m.id = u.member_id) as member_status
from muster.scim_user u
where u.organization_id = muster.organization_id() and u.connection_id = muster.connection_id() and u.id = $2::uuid
      and u.manager_id = $1::uuid and u.removed_at is null
      and not exists (select from muster.scim_user b
                      where b.organization_id = muster.organization_id() and b.connection_id = muster.connection_id() and b.id = $1::uuid
                            and b.removed_at is null)
for update of u
