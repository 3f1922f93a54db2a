-- Pauses a connection, for good, and notes who began to end it, and how much it has.
-- params: 1 id uuid, 2 keeps boolean
-- row: none
update muster.connection c
set status = 'paused', rotation_token_id = null, ending_at = coalesce(c.ending_at, now()), ending_keeps = $2::boolean,
    ending_by_type = coalesce(c.ending_by_type, muster.actor_type()),
    ending_by = case when c.ending_at is null then muster.actor_id() else c.ending_by end,
    ending_total = coalesce(c.ending_total, (select coalesce(sum(u.users + u.groups), 0) from muster.connection_usage u
                                             where u.organization_id = muster.organization_id() and u.connection_id = c.id))
where c.organization_id = muster.organization_id() and c.id = $1::uuid
