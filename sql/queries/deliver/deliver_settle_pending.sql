-- Compares some of what waits to be sealed with the events (muster.audit_pending_settle).
-- params: 1 from_place bigint, 2 most integer
-- row: place bigint (to go on from; null: that was the last)
select muster.audit_pending_settle($1::bigint, $2::integer) as place
