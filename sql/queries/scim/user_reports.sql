-- The live users whose manager is this one, in the order of their ids.
-- params: 1 user_id uuid
-- row stored: id uuid, version bigint, resource text, modified_us bigint
-- row report: active boolean, former_user_name_key text, member_id uuid, member_status text
select u.id, u.version, u.resource, (extract(epoch from u.modified_at) * 1000000)::bigint as modified_us,
       u.active, u.former_user_name_key, u.member_id,
       (select m.status from muster.member m where m.organization_id = u.organization_id and m.id = u.member_id) as member_status
from muster.scim_user u
where u.organization_id = muster.organization_id() and u.connection_id = muster.connection_id() and u.manager_id = $1::uuid
      and u.removed_at is null and u.id <> $1::uuid
order by u.id
