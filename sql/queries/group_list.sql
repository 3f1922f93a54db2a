-- A page of SCIM groups, and how many there are in all; with no groups on the page one row with the total alone.
-- The page is made of ids; the rows are read afterwards, each by its whole key.
-- The marks are replaced: what is sought, the place behind which the page begins, the order, the sort key as text.
-- params: 1 skip bigint, 2 count bigint, 3 base_url text, 4 with_members boolean
-- row: total bigint, id uuid, version bigint, resource text, created text, modified text, members text, sort_key text
with page as (
    select r.id, /*key*/ null::text as sort_key
    from muster.scim_group r
    where r.organization_id = muster.organization_id() and r.connection_id = muster.connection_id()
          and /*filter*/ true and /*place*/ true
    order by /*order*/ r.id
    limit $2::bigint offset $1::bigint
), numbered as (
    select page.*, row_number() over () as n from page
), counted as (
    select count(*) as total
    from muster.scim_group r
    where r.organization_id = muster.organization_id() and r.connection_id = muster.connection_id()
          and /*filter*/ true
)
select counted.total, g.id, g.version, g.resource, muster.time_text(g.created_at) as created,
       muster.time_text(g.modified_at) as modified,
       case when $4::boolean then
           (select string_agg('{"value":"' || x.id || '","$ref":"' || $3 || case x.type when 'User' then '/Users/' else '/Groups/' end || x.id || '","type":"' || x.type || '"'
                              || coalesce(',"display":' || to_json(x.display_name)::text, '') || '}', ',' order by x.type desc, x.id)
            from muster.scim_group_member x
            where x.organization_id = muster.organization_id() and x.connection_id = muster.connection_id()
                  and x.group_id = g.id)
       end as members,
       p.sort_key
from counted
left join numbered p on true
left join lateral (select g.id, g.version, g.resource, g.created_at, g.modified_at from muster.scim_group g
                   where g.organization_id = muster.organization_id() and g.connection_id = muster.connection_id()
                         and g.id = p.id offset 0) g on true
order by p.n
