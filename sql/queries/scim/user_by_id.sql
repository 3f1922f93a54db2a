-- One live SCIM user, with what is computed at reading: `computed` are its groups (groups_lines()).
-- params: 1 id uuid, 2 with_groups boolean
-- row scim: id uuid, version bigint, resource text, created_ms bigint, modified_ms bigint, computed text,
--           manager_found uuid, manager_display text
select u.id, u.version, u.resource, (date_part('epoch', u.created_at) * 1000)::bigint as created_ms,
       (date_part('epoch', u.modified_at) * 1000)::bigint as modified_ms,
       case when s.nested then muster.groups_lines(u.id) else s.lines end as computed,
       b.id as manager_found, b.display_name as manager_display
from muster.scim_user u
left join lateral (select s.nested, s.lines from muster.groups_found(u.id, false) s where $2::boolean) s on true
left join lateral (select b.id, b.display_name from muster.scim_user b
                   where b.organization_id = muster.organization_id() and b.connection_id = muster.connection_id()
                         and b.id = u.manager_id and b.removed_at is null offset 0 /* each by its key */) b on true
where u.organization_id = muster.organization_id() and u.connection_id = muster.connection_id() and u.id = $1::uuid
      and u.removed_at is null
