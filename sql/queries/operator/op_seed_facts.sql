-- What muster seed must know of the tenant, and of this connection or the newest one (null: there is none).
-- params: 1 connection_id uuid? (null: the newest)
-- row: slug text, connection_id uuid, members bigint, teams bigint, last_user bigint, last_group bigint (the highest
--      numbers in the names of an earlier call), users bigint (live), groups bigint, max_users bigint,
--      max_groups bigint, max_group_members bigint
select o.slug,
       (select c.id from muster.connection c
        where c.organization_id = o.id and c.removed_at is null and ($1::uuid is null or c.id = $1::uuid)
        order by c.id desc limit 1) as connection_id,
       (select count(*) from muster.member m where m.organization_id = o.id) as members,
       (select count(*) from muster.team t where t.organization_id = o.id) as teams,
       (select coalesce(max(substring(u.user_name_key from '^user([0-9]{7,10})@example[.]com$')::bigint), 0)
        from muster.scim_user u where u.organization_id = o.id) as last_user,
       (select coalesce(max(substring(g.display_name_key from '^group ([0-9]{7,10})$')::bigint), 0)
        from muster.scim_group g where g.organization_id = o.id) as last_group,
       n.users, n.groups, o.max_users::bigint as max_users, o.max_groups::bigint as max_groups,
       o.max_group_members::bigint as max_group_members
from muster.organization o
cross join lateral muster.organization_totals(o.id) n
where o.id = muster.organization_id()
