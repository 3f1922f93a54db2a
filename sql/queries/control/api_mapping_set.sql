-- Replaces the organization's attribute mapping, and writes its event; it is applied to everybody in the background.
-- params: 1 mapping text, 2 resets text, 3 event_id uuid? (null: any), 4 request_id uuid, 5 client_address text?
-- row object: object json
-- row: told void
with n as (
    select count(*) as users from muster.scim_user u where u.organization_id = muster.organization_id() and u.removed_at is null
), before as (
    select m.mapping from muster.attribute_mapping m where m.organization_id = muster.organization_id()
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
    returning m
), o as (
    update muster.organization o set schema_version = o.schema_version + 1 where o.id = muster.organization_id()
)
select muster.object(set.m) as object,
       muster.audit(muster.organization_id(), $3::uuid, 'scim.mapping.updated', null, 'organization', muster.organization_id(),
                    jsonb_build_object('before', coalesce((select before.mapping from before), '{}')::jsonb, 'after', (set.m).mapping::jsonb),
                    $4::uuid, $5) as told
from set
