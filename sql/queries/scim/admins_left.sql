-- How many active members with the role org:admin there are beside these.
-- params: 1 member_ids uuid[]
-- row: left bigint
select count(*) as left
from muster.member m
where m.organization_id = muster.organization_id() and m.organization_role = 'org:admin' and m.status = 'active'
      and m.id <> all ($1::uuid[])
