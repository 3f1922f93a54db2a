-- Nothing is left to be done to this one.
-- params: 1 user_id uuid, 2 other_id uuid
-- row: none
delete from muster.left_behind b
where b.organization_id = muster.organization_id() and b.user_id = $1::uuid and b.other_id = $2::uuid
