-- A user who is removed, and the live users whose manager it is, locked in the order of their ids: two users who name
-- each other are locked in one order, whoever of them is removed. Each is found by its key.
-- params: 1 id uuid
-- row held: id uuid
select u.id
from (select $1::uuid as id
      union
      select r.id
      from muster.scim_user r
      where r.organization_id = muster.organization_id() and r.connection_id = muster.connection_id() and r.manager_id = $1::uuid
            and r.removed_at is null
      order by 1) x
cross join lateral (select u.id from muster.scim_user u
                    where u.organization_id = muster.organization_id() and u.connection_id = muster.connection_id() and u.id = x.id
                    for update of u) u
