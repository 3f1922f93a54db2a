-- A page of live SCIM users, and how many there are in all; with no users on the page one row with the total alone.
-- The page is made of ids; the rows are read afterwards, each by its whole key, up to 8 MiB of them (one at least);
-- `found` is how many ids it has. Of a large resource only the attributes that are wanted travel: those named in
-- `keep` (null: all) and not in `leave`, in lower case. The marks are replaced: what is sought, the place behind which
-- the page begins, the order, the sort key as text.
-- params: 1 skip bigint, 2 count bigint, 3 with_groups boolean, 4 keep text[]?, 5 leave text[]?
-- row page: total bigint, found bigint, type text, sort_key text
-- row scim: id uuid, version bigint, resource text, created_ms bigint, modified_ms bigint, computed text,
--           manager_found uuid, manager_display text
with page as (
    select r.id, /*key*/ null::text as sort_key
    from /*rows*/ muster.scim_user r
    where r.organization_id = muster.organization_id() and r.connection_id = (select muster.connection_id()) and r.removed_at is null
          and /*filter*/ true and /*place*/ true
    order by /*order*/ r.id
    limit $2::bigint offset $1::bigint
), numbered as (
    select page.*, row_number() over () as n from page
), counted as (
    select coalesce(case when $1::bigint = 0 and f.found < $2::bigint and /*first*/ true then f.found end,
                    (select t.users from muster.connection_totals() t where /*whole*/ false),
                    /*kept*/ null::bigint,
                    (select count(*)
                     from /*counted rows*/ muster.scim_user r
                     where r.organization_id = muster.organization_id() and r.connection_id = (select muster.connection_id()) and r.removed_at is null
                           and /*filter*/ true)) as total
    from (select count(*) as found from page) f
), fetched as (
    select p.n, p.sort_key, u.*, sum(octet_length(u.resource)) over (order by p.n) as bytes
    from numbered p
    cross join lateral (
        select u.id, u.version, u.created_at, u.modified_at, u.manager_id,
           case when octet_length(u.resource) > 4096 and ($4::text[] is not null or $5::text[] is not null) then
               (select k.kept from muster.attributes_kept(u.resource, $4::text[], $5::text[]) k)
           else u.resource end as resource
        from muster.scim_user u
        where u.organization_id = muster.organization_id() and u.connection_id = (select muster.connection_id()) and u.id = p.id
        offset 0 /* the texts of the page alone */) u
)
select counted.total, (select count(*) from page) as found, 'User' as type, u.sort_key,
       u.id, u.version, u.resource, (date_part('epoch', u.created_at) * 1000)::bigint as created_ms,
       (date_part('epoch', u.modified_at) * 1000)::bigint as modified_ms,
       case when s.nested then muster.groups_lines(u.id) else s.lines end as computed,
       b.id as manager_found, b.display_name as manager_display
from counted
left join fetched u on u.n = 1 or u.bytes <= 8388608
left join lateral (select s.nested, s.lines from muster.groups_found(u.id, true) s where $3::boolean) s on true
left join lateral (select b.id, b.display_name from muster.scim_user b
                   where b.organization_id = muster.organization_id() and b.connection_id = muster.connection_id()
                         and b.id = u.manager_id and b.removed_at is null offset 0 /* each by its key */) b on true
order by u.n
