-- The other live SCIM users of a user's member.
-- params: 1 user_id uuid
-- row: active bigint, here bigint
select count(*) filter (where u.active) as active,
       count(*) filter (where u.connection_id = muster.connection_id()) as here
from muster.scim_user s
cross join lateral (select o.active, o.connection_id from muster.scim_user o
                    where o.organization_id = muster.organization_id() and o.member_id = s.member_id and o.removed_at is null
                          and o.id <> s.id
                    offset 0 /* each by its index */) u
where s.organization_id = muster.organization_id() and s.id = $1::uuid
