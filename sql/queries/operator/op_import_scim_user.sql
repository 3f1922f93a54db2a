-- Takes lines of an export: scim_user, and its related rows.
-- params: 1 lines jsonb
-- row: none
with x as (
    select x.value || jsonb_build_object('organization_id', muster.organization_id()) as value from jsonb_array_elements($1::jsonb) x
), e as (
    insert into muster.scim_user_email (organization_id, connection_id, value_key, user_id)
    select muster.organization_id(), (x.value ->> 'connection_id')::uuid, e.value, (x.value ->> 'id')::uuid
    from x
    cross join lateral jsonb_array_elements_text(x.value -> 'emails') e
), v as (
    insert into muster.scim_unique_value (organization_id, connection_id, attribute, value_key, resource_id)
    select muster.organization_id(), (x.value ->> 'connection_id')::uuid, v.attribute, v.value_key, (x.value ->> 'id')::uuid
    from x
    cross join lateral jsonb_to_recordset(x.value -> 'unique_values') v (attribute text, value_key text)
)
insert into muster.scim_user (
    organization_id, id, connection_id, member_id, version, active, user_name_key, external_id, external_id_unique, email_key,
    display_name, manager_id, resource, folded, created_at, modified_at, removed_at, former_user_name_key)
select r.organization_id, r.id, r.connection_id, r.member_id, r.version, r.active, r.user_name_key, r.external_id, r.external_id_unique,
       r.email_key, r.display_name, r.manager_id, r.resource, r.folded, r.created_at, r.modified_at, r.removed_at,
       r.former_user_name_key
from x cross join lateral jsonb_populate_record(null::muster.scim_user, x.value) r
