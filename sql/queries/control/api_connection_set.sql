-- Changes the members that the object has, and writes an event with the old and the new state if they differ. A change
-- of unique names also applies to existing groups. 23505: scim_group_display_name.
-- params: 1 id uuid, 2 changes jsonb, 3 event_id uuid? (null: any), 4 request_id uuid, 5 client_address text?
-- row object: object json
-- row: told void
with before as (
    select c.group_names, muster.object(c) as object from muster.connection c where c.organization_id = muster.organization_id() and c.removed_at is null and c.id = $1::uuid
), changed as (
    update muster.connection c
    set (name, identity_provider, dialect, identity, email, linking, unknown_members, group_names, status) =
        (select r.name, r.identity_provider, r.dialect, r.identity, r.email, r.linking, r.unknown_members, r.group_names, r.status
         from jsonb_populate_record(c, $2::jsonb) r)
    where c.organization_id = muster.organization_id() and c.id = $1::uuid
    returning c
), names as (
    update muster.scim_group g
    set display_name_unique = case (changed.c).group_names when 'unique' then g.display_name_key end
    from changed, before
    where (changed.c).group_names <> before.group_names and g.organization_id = muster.organization_id() and g.connection_id = $1::uuid
), shown as materialized ( -- once for all that reads them
    select before.object::jsonb as before, muster.object(changed.c) as object from before, changed
)
select s.object,
       case when s.before <> s.object::jsonb
            then muster.audit(muster.organization_id(), $3::uuid, 'scim.connection.updated', $1::uuid, 'connection', $1::uuid,
                              jsonb_build_object('before', s.before, 'after', s.object::jsonb), $4::uuid, $5)
       end as told
from shown s
