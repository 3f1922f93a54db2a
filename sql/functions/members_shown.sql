create or replace function muster.members_shown(who uuid, base_url text) returns table (members text)
    language sql stable parallel safe
    as $$
        select string_agg('{"value":"' || x.id || '","$ref":"' || base_url || case x.type when 'User' then '/Users/' else '/Groups/' end
                          || x.id || '","type":"' || x.type || '"' || coalesce(',"display":' || to_json(x.display_name)::text, '') || '}',
                          ',' order by x.type desc, x.id)
        from muster.scim_group_member x
        where x.organization_id = muster.organization_id() and x.connection_id = muster.connection_id() and x.group_id = who
    $$;

comment on function muster.members_shown(uuid, text) is
'The members of a group as SCIM shows them. It is inlined.
Parameters: who: id of a SCIM group of this transaction''s connection; base_url: of the references.
Returns: one row: JSON objects, joined by commas; null: it has none.
Locks: none.
Called by: group_by_id, group_list, all_list.';
