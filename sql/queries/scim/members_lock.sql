-- Locks the members of users in the order of their ids, so that later statements see their committed state.
-- params: 1 user_ids uuid[]
-- row: id uuid
select m.id
from muster.member m
where m.organization_id = muster.organization_id()
      and m.id in (select x.member_id
                   from unnest($1::uuid[]) n (id)
                   cross join lateral (select u.member_id from muster.scim_user u
                                       where u.organization_id = muster.organization_id() and u.id = n.id offset 0 /* each by its key */) x)
order by m.id
for no key update of m
