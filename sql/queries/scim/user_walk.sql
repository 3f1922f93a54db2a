-- As user_list, where few rows are read beside those of the page: all users in the order of ids, or those that a
-- fixed filter finds by its index. So the rows are taken as they are found, not looked up again by their ids.
-- params: 1 skip bigint, 2 count bigint, 3 with_groups boolean, 4 keep text[]?, 5 leave text[]?
-- row page: total bigint, found bigint, type text, sort_key text
-- row scim: id uuid, version bigint, resource text, created_ms bigint, modified_ms bigint, computed text,
--           manager_found uuid, manager_display text
with page as materialized (
    select r.id, r.version, r.resource, r.created_at, r.modified_at, r.manager_id
    from /*rows*/ muster.scim_user r
    where r.organization_id = muster.organization_id() and r.connection_id = (select muster.connection_id()) and r.removed_at is null
          and /*filter*/ true and /*place*/ true
    order by /*order*/ r.id
    limit $2::bigint offset $1::bigint
), counted as (
    select f.found, coalesce(case when $1::bigint = 0 and f.found < $2::bigint and /*first*/ true then f.found end,
                             (select t.users from muster.connection_totals() t where /*whole*/ false),
                             (select count(*)
                              from /*counted rows*/ muster.scim_user r
                              where r.organization_id = muster.organization_id() and r.connection_id = (select muster.connection_id())
                                    and r.removed_at is null and /*filter*/ true)) as total
    from (select count(*) as found from page) f
), numbered as (
    select p.*, row_number() over read as n, sum(octet_length(p.resource)) over read as bytes
    from (select p.id, p.version, p.created_at, p.modified_at, p.manager_id,
                 case when octet_length(p.resource) > 4096 and ($4::text[] is not null or $5::text[] is not null) then
                     (select k.kept from muster.attributes_kept(p.resource, $4::text[], $5::text[]) k)
                 else p.resource end as resource
          from page p) p
    window read as (rows unbounded preceding)
)
select c.total, c.found, 'User' as type, null::text as sort_key,
       u.id, u.version, u.resource, (date_part('epoch', u.created_at) * 1000)::bigint as created_ms,
       (date_part('epoch', u.modified_at) * 1000)::bigint as modified_ms,
       case when s.nested then muster.groups_lines(u.id) else s.lines end as computed,
       b.id as manager_found, b.display_name as manager_display
from counted c
left join numbered u on u.n = 1 or u.bytes <= 8388608
left join lateral (select s.nested, s.lines from muster.groups_found(u.id, true) s where $3::boolean) s on true
left join lateral (select b.id, b.display_name from muster.scim_user b
                   where b.organization_id = muster.organization_id() and b.connection_id = muster.connection_id()
                         and b.id = u.manager_id and b.removed_at is null offset 0 /* each by its key */) b on true
order by u.n
