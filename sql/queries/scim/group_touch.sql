-- A new version of a group of which only the members changed.
-- params: 1 id uuid, 2 at timestamptz, 3 version bigint, 4 member_count integer
-- row: none
update muster.scim_group g
set modified_at = $2::timestamptz, version = $3::bigint, member_count = $4::integer
where g.organization_id = muster.organization_id() and g.connection_id = muster.connection_id() and g.id = $1::uuid
