-- Adds groups to a group, each with its display (null: none has one). Existing members do not change.
-- params: 1 group_id uuid, 2 ids uuid[], 3 displays text[]?, 4 display_keys text[]?
-- row: none
insert into muster.scim_group_group (organization_id, connection_id, parent_id, child_id, display, display_key)
select muster.organization_id(), muster.connection_id(), $1::uuid, n.id, n.display, n.display_key
from unnest($2::uuid[], $3::text[], $4::text[]) n (id, display, display_key)
on conflict do nothing
