-- One SCIM group; `computed` are its members as JSON texts joined by commas, null if there are none or they are not
-- asked for.
-- params: 1 id uuid, 2 base_url text, 3 with_members boolean
-- row scim: id uuid, version bigint, resource text, created text, modified text, computed text, manager_found uuid,
--           manager_display text
select g.id, g.version, g.resource, muster.time_text(g.created_at) as created, muster.time_text(g.modified_at) as modified,
       case when $3::boolean then (select s.members from muster.members_shown(g.id, $2) s) end as computed,
       null::uuid as manager_found, null::text as manager_display
from muster.scim_group g
where g.organization_id = muster.organization_id() and g.connection_id = muster.connection_id() and g.id = $1::uuid
