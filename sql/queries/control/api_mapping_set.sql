-- Replaces the organization's attribute mapping; it is applied to everybody in the background.
-- params: 1 mapping text, 2 resets text
-- row mapping_state: mapping text, version bigint, applied_version bigint, done bigint, total bigint,
--                    requested_at text, finished_at text
with n as (
    select count(*) as users from muster.scim_user u where u.organization_id = muster.organization_id() and u.removed_at is null
), set as (
    insert into muster.attribute_mapping as m (organization_id, mapping, resets, total)
    select muster.organization_id(), $1, $2, n.users from n
    on conflict (organization_id) do update
    set mapping = excluded.mapping, version = m.version + 1, requested_at = now(), finished_at = null, place = null, done = 0,
        total = excluded.total,
        -- what is still to be reset from a mapping that was not applied to everybody is not forgotten
        resets = case when m.version = m.applied_version or m.resets in ('', excluded.resets) then excluded.resets
                      when excluded.resets = '' then m.resets
                      else 'organization_role public_metadata' end
    returning m.*
), o as (
    update muster.organization o set schema_version = o.schema_version + 1 where o.id = muster.organization_id()
)
select s.mapping, s.version, s.applied_version, s.done, s.total, muster.time_text(s.requested_at) as requested_at,
       muster.time_text(s.finished_at) as finished_at
from set s
