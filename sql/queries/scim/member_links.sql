-- The live SCIM users linked to a member, the given one left out: by the member's email or the user's id (the other
-- null).
-- params: 1 email_key text?, 2 user_id uuid?
-- row: active bigint, here bigint
select count(*) filter (where u.active) as active,
       count(*) filter (where u.connection_id = muster.connection_id()) as here
from muster.scim_user u
where u.organization_id = muster.organization_id() and u.removed_at is null and u.id is distinct from $2::uuid
      and u.member_id in (select m.id from muster.member m
                          where m.organization_id = muster.organization_id() and m.email_key = $1
                          union
                          select s.member_id from muster.scim_user s
                          where s.organization_id = muster.organization_id() and s.id = $2::uuid)
