-- Organizations whose counters of live users and groups are not what a count gives (of one moment), or are not believed
-- because a program of an older release has counted.
-- params: none
-- row: id uuid, slug text, detail text
select o.id, o.slug, string_agg(d.detail, ', ') as detail
from muster.organization o
cross join lateral (
    select 'a program of an older release has counted' as detail
    where exists (select from muster.organization_usage u where u.organization_id = o.id)
    union all
    select 'connection ' || c.id || ' has ' || n.users || ' users and ' || n.groups || ' groups, its counters say ' || n.counted_users
           || ' and ' || n.counted_groups
    from muster.connection c
    cross join lateral (
        select (select count(*) from muster.scim_user u
                where u.organization_id = o.id and u.connection_id = c.id and u.removed_at is null) as users,
               (select count(*) from muster.scim_group g where g.organization_id = o.id and g.connection_id = c.id) as groups,
               (select coalesce(sum(u.users), 0) from muster.connection_usage u
                where u.organization_id = o.id and u.connection_id = c.id) as counted_users,
               (select coalesce(sum(u.groups), 0) from muster.connection_usage u
                where u.organization_id = o.id and u.connection_id = c.id) as counted_groups) n
    where c.organization_id = o.id and (n.users, n.groups) is distinct from (n.counted_users::bigint, n.counted_groups::bigint)
) d
group by o.id, o.slug
order by o.slug
