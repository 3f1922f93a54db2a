create or replace function muster.shown(organization uuid, type text, resource text, created_at timestamptz, modified_at timestamptz, version bigint)
    returns json
    language sql stable
    as $$
        select (left(r.text, -1) || ',"meta":' ||
                json_build_object('resourceType', type, 'created', muster.time_text(created_at), 'lastModified', muster.time_text(modified_at),
                                  'version', 'W/"' || version || '"') || '}')::json
        from (select jsonb_object_agg(x.urn, x.names) as names
              from (select x.urn, jsonb_agg(a ->> 'name') as names
                    from muster.extension_schema x
                    cross join lateral jsonb_array_elements(x.definition::jsonb -> 'attributes') a
                    where x.organization_id = organization
                          and a @? '$.** ? (@.returned like_regex "^never$" flag "i" || @.mutability like_regex "^writeOnly$" flag "i")'
                    group by x.urn) x) hidden
        cross join lateral (select case when hidden.names is null then resource else
                                (select json_object_agg(p.key, case when jsonb_typeof(p.value) = 'object' then
                                     p.value - array(select jsonb_array_elements_text(hidden.names -> p.key)) else p.value end)::text
                                 from jsonb_each(resource::jsonb) p) end as text) r
    $$;

comment on function muster.shown(uuid, text, text, timestamptz, timestamptz, bigint) is
'A resource without secret parts, with its meta except the location. Attributes that a registered schema never shows, or
with such a part, are left out.
Parameters: organization; type: User or Group; resource: its text; created_at, modified_at, version.
Returns: the resource.
Locks: none.
Called by: event_object.';
