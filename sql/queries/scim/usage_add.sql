-- Counts live SCIM users and groups of the connection up or down in this process's slot: the last statement of a
-- transaction, so that nobody holds a slot and waits for another lock.
-- params: 1 slot smallint, 2 users bigint, 3 groups bigint, 4 connection_id uuid? (null: the transaction's)
-- row: none
insert into muster.connection_usage as c (organization_id, connection_id, slot, users, groups)
values (muster.organization_id(), coalesce($4::uuid, muster.connection_id()), $1::smallint, $2::bigint, $3::bigint)
on conflict (organization_id, connection_id, slot) do update set users = c.users + excluded.users, groups = c.groups + excluded.groups
