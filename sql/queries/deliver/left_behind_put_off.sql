-- It could not be done; the next try is in a second, then in twice the time, up to five minutes.
-- params: 1 user_id uuid, 2 other_id uuid
-- row: none
update muster.left_behind b
set tries = b.tries + 1, due_at = now() + least(300, power(2, least(b.tries, 9))) * interval '1 second'
where b.organization_id = muster.organization_id() and b.user_id = $1::uuid and b.other_id = $2::uuid
