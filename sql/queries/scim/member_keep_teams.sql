-- Whoever is removed with a connection that ends, and stays a member, stays in the teams that its groups fill, as if
-- they had been added.
-- params: 1 user_id uuid
-- row: none
update muster.team_member tm
set added = true
from muster.scim_user u
where u.organization_id = muster.organization_id() and u.id = $1::uuid
      and tm.organization_id = muster.organization_id() and tm.member_id = u.member_id and tm.linked and not tm.added
      and exists (select from muster.scim_group g
                  where g.organization_id = muster.organization_id() and g.connection_id = muster.connection_id()
                        and g.team_id = tm.team_id
                  offset 0 /* each by its key */)
