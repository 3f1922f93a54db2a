-- A page of live SCIM users and groups together (the base URL), and how many there are in all; `found` is how many ids
-- the page has; see user_list and group_list.
-- params: 1 skip bigint, 2 count bigint, 3 with_groups boolean, 4 with_members boolean, 5 with_display boolean
-- row page: total bigint, found bigint, type text, sort_key text
-- row scim: id uuid, version bigint, resource text, created_ms bigint, modified_ms bigint, computed text,
--           manager_found uuid, manager_display text
with page as (
    select r.type, r.id, /*key*/ null::text as sort_key
    from (
        select 'User' as type, r.id, /*user key*/ null::text as k
        from /*rows*/ muster.scim_user r
        where r.organization_id = muster.organization_id() and r.connection_id = muster.connection_id() and r.removed_at is null
              and /*filter*/ true
        union all
        select 'Group', r.id, /*group key*/ null::text
        from /*rows*/ muster.scim_group r
        where r.organization_id = muster.organization_id() and r.connection_id = muster.connection_id()
              and /*group filter*/ true
    ) r
    where /*place*/ true
    order by /*order*/ r.id
    limit $2::bigint offset $1::bigint
), numbered as (
    select page.*, row_number() over () as n from page
), counted as (
    select coalesce(case when $1::bigint = 0 and f.found < $2::bigint and /*first*/ true then f.found end,
                    (select t.users + t.groups from muster.connection_totals() t where /*whole*/ false),
                    /*kept*/ null::bigint,
                    (select count(*)
                         from /*counted rows*/ muster.scim_user r
                         where r.organization_id = muster.organization_id() and r.connection_id = muster.connection_id()
                               and r.removed_at is null and /*filter*/ true)
                        + (select count(*)
                           from /*counted rows*/ muster.scim_group r
                           where r.organization_id = muster.organization_id() and r.connection_id = muster.connection_id()
                                 and /*group filter*/ true)) as total
    from (select count(*) as found from page) f
), fetched as (
    select p.n, p.sort_key, p.type, u.*, sum(octet_length(u.resource) + u.members_bytes) over (order by p.n) as bytes
    from numbered p
    cross join lateral (
        select a.id, a.version, a.created_at, a.modified_at, a.manager_id,
           case when $4::boolean and p.type = 'Group' then
               (select count(*) * 200 + coalesce(sum(octet_length(m.display)), 0)
                from muster.scim_group_user m
                where m.organization_id = muster.organization_id() and m.group_id = a.id)
           else 0 end as members_bytes,
           a.resource
        from (
            select u.id, u.version, u.resource, u.created_at, u.modified_at, u.manager_id from muster.scim_user u
            where p.type = 'User' and u.organization_id = muster.organization_id() and u.connection_id = muster.connection_id()
                  and u.id = p.id
            union all
            select g.id, g.version, g.resource, g.created_at, g.modified_at, null::uuid from muster.scim_group g
            where p.type = 'Group' and g.organization_id = muster.organization_id() and g.connection_id = muster.connection_id()
                  and g.id = p.id) a
        offset 0 /* the texts of the page alone */) u
)
select counted.total, (select count(*) from page) as found, u.type, u.sort_key,
       u.id, u.version, u.resource, (date_part('epoch', u.created_at) * 1000)::bigint as created_ms,
       (date_part('epoch', u.modified_at) * 1000)::bigint as modified_ms,
       case when u.type = 'User' then case when s.nested then muster.groups_lines(u.id) else s.lines end
       when $4::boolean and u.type = 'Group' then
           (select s.members from muster.members_of_group(u.id, $5::boolean) s)
       end as computed,
       b.id as manager_found, b.display_name as manager_display
from counted
left join fetched u on u.n = 1 or u.bytes <= 8388608
left join lateral (select s.nested, s.lines from muster.groups_found(u.id, true) s where $3::boolean and u.type = 'User') s on true
left join lateral (select b.id, b.display_name from muster.scim_user b
                   where b.organization_id = muster.organization_id() and b.connection_id = muster.connection_id()
                         and b.id = u.manager_id and b.removed_at is null offset 0 /* each by its key */) b on true
order by u.n
