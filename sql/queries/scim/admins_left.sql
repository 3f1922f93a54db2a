-- How many other active members have the role org:admin.
-- params: 1 member_ids uuid[]
-- row: left bigint
select count(*) as left
from muster.member m
where m.organization_id = muster.organization_id() and m.organization_role = 'org:admin' and m.status = 'active'
      and m.id <> all ($1::uuid[])
