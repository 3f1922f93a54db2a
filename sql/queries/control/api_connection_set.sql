-- Changes what the object names. Names become unique, or cease to be, for groups that exist too. 23505:
-- scim_group_display_name.
-- params: 1 id uuid, 2 changes jsonb
-- row: before json
-- row object: object json
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
)
select before.object as before, muster.object(changed.c) as object from before, changed
