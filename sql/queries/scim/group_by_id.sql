-- One SCIM group; `computed` are its members (members_of_group()), null if there are none or they are not asked for.
-- params: 1 id uuid, 2 with_members boolean, 3 with_display boolean
-- row scim: id uuid, version bigint, resource text, created_ms bigint, modified_ms bigint, computed text,
--           manager_found uuid, manager_display text
select g.id, g.version, g.resource, (date_part('epoch', g.created_at) * 1000)::bigint as created_ms,
       (date_part('epoch', g.modified_at) * 1000)::bigint as modified_ms,
       case when $2::boolean then (select s.members from muster.members_of_group(g.id, $3::boolean) s) end as computed,
       null::uuid as manager_found, null::text as manager_display
from muster.scim_group g
where g.organization_id = muster.organization_id() and g.connection_id = muster.connection_id() and g.id = $1::uuid
