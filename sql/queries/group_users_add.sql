-- Adds users to a group.
-- params: 1 group_id uuid, 2 ids uuid[]
-- row: none
insert into muster.scim_group_user (organization_id, connection_id, group_id, user_id)
select muster.organization_id(), muster.connection_id(), $1::uuid, n.id
from unnest($2::uuid[]) n (id)
on conflict do nothing
