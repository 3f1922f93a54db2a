-- Counts live SCIM users and groups up or down in this process's slot.
-- params: 1 slot smallint, 2 users bigint, 3 groups bigint
-- row: none
insert into muster.organization_usage as o (organization_id, slot, users, groups)
values (muster.organization_id(), $1::smallint, $2::bigint, $3::bigint)
on conflict (organization_id, slot) do update set users = o.users + excluded.users, groups = o.groups + excluded.groups
