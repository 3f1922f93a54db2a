-- A page of SCIM groups, and how many there are in all; a page without groups has one row with only the total. The page
-- is made of ids; the rows are read afterwards, each by its whole key, up to 8 MiB of them (one at least), a member as
-- some 200 bytes; `found` is how many ids it has. Only the wanted attributes of a large resource are sent, see
-- user_list. The marks are replaced: the filter, the place after which the page begins, the order, the sort key as
-- text.
-- params: 1 skip bigint, 2 count bigint, 3 with_display boolean, 4 with_members boolean, 5 keep text[]?,
--         6 leave text[]?
-- row page: total bigint, found bigint, type text, sort_key text
-- row scim: id uuid, version bigint, resource text, created_ms bigint, modified_ms bigint, computed text,
--           manager_found uuid, manager_display text
with page as (
    select r.id, /*key*/ null::text as sort_key
    from /*rows*/ muster.scim_group r
    where r.organization_id = muster.organization_id() and r.connection_id = muster.connection_id()
          and /*filter*/ true and /*place*/ true
    order by /*order*/ r.id
    limit $2::bigint offset $1::bigint
), numbered as (
    select page.*, row_number() over () as n from page
), counted as (
    select coalesce(case when $1::bigint = 0 and f.found < $2::bigint and /*first*/ true then f.found end,
                    (select t.groups from muster.connection_totals() t where /*whole*/ false),
                    /*kept*/ null::bigint,
                    (select count(*)
                     from /*counted rows*/ muster.scim_group r
                     where r.organization_id = muster.organization_id() and r.connection_id = muster.connection_id()
                           and /*filter*/ true)) as total
    from (select count(*) as found from page) f
), fetched as (
    select p.n, p.sort_key, g.*, sum(octet_length(g.resource) + g.members_bytes) over (order by p.n) as bytes
    from numbered p
    cross join lateral (
        select g.id, g.version, g.created_at, g.modified_at,
           case when $4::boolean then
               (select count(*) * 200 + coalesce(sum(octet_length(m.display)), 0)
                from muster.scim_group_user m
                where m.organization_id = muster.organization_id() and m.group_id = g.id)
           else 0 end as members_bytes,
           case when octet_length(g.resource) > 4096 and ($5::text[] is not null or $6::text[] is not null) then
               (select k.kept from muster.attributes_kept(g.resource, $5::text[], $6::text[]) k)
           else g.resource end as resource
        from muster.scim_group g
        where g.organization_id = muster.organization_id() and g.connection_id = muster.connection_id() and g.id = p.id
        offset 0 /* the texts of the page alone */) g
)
select counted.total, (select count(*) from page) as found, 'Group' as type, g.sort_key,
       g.id, g.version, g.resource, (date_part('epoch', g.created_at) * 1000)::bigint as created_ms,
       (date_part('epoch', g.modified_at) * 1000)::bigint as modified_ms,
       case when $4::boolean then (select s.members from muster.members_of_group(g.id, $3::boolean) s) end as computed,
       null::uuid as manager_found, null::text as manager_display
from counted
left join fetched g on g.n = 1 or g.bytes <= 8388608
order by g.n
