create or replace function muster.object(x muster.extension_schema) returns json
    language sql stable
    as $$ select json_build_object('urn', x.urn, 'resource_type', x.resource_type, 'required', x.required,
        'definition', x.definition::json, 'created_at', muster.time_text(x.created_at)) $$;

comment on function muster.object(muster.extension_schema) is
'An extension schema of an organization, as answers of the admin API and the command line have it.
Parameters: x: its row.
Returns: the object.
Locks: none.
Called by: statements that show extension schemas.';
