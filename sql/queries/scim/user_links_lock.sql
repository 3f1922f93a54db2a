-- A live SCIM user with all others of its member, live or removed, of every connection, locked in the order of their
-- ids: a leaver who gives the address back takes the email keys of them all, and who changes another one holds it while
-- waiting for the member.
-- params: 1 id uuid
-- row: id uuid
select u.id
from muster.scim_user u
where u.organization_id = muster.organization_id()
      and u.member_id = (select s.member_id from muster.scim_user s
                         where s.organization_id = muster.organization_id() and s.connection_id = muster.connection_id()
                               and s.id = $1::uuid and s.removed_at is null)
order by u.id
for update of u
