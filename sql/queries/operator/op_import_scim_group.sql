-- Takes lines of an export: scim_group, and its related rows.
-- params: 1 lines jsonb
-- row: none
with x as (
    select x.value || jsonb_build_object('organization_id', muster.organization_id()) as value from jsonb_array_elements($1::jsonb) x
), v as (
    insert into muster.scim_unique_value (organization_id, connection_id, attribute, value_key, resource_id)
    select muster.organization_id(), (x.value ->> 'connection_id')::uuid, v.attribute, v.value_key, (x.value ->> 'id')::uuid
    from x
    cross join lateral jsonb_to_recordset(x.value -> 'unique_values') v (attribute text, value_key text)
)
insert into muster.scim_group
select r.* from x cross join lateral jsonb_populate_record(null::muster.scim_group, x.value) r
