create or replace function muster.object(m muster.attribute_mapping) returns json
    language sql stable
    as $$ select json_build_object('mapping', coalesce(m.mapping, '{}')::json, 'version', coalesce(m.version, 0),
        'applied_version', coalesce(m.applied_version, 0), 'done', coalesce(m.done, 0), 'total', coalesce(m.total, 0),
        'requested_at', muster.time_text(m.requested_at), 'finished_at', muster.time_text(m.finished_at),
        'status', case when m.version <> m.applied_version then 'applying' else 'applied' end) $$;

comment on function muster.object(muster.attribute_mapping) is
'An attribute mapping and how far it is applied, as answers of the admin API and the command line have it.
Parameters: m: its row; null: the organization has none, and the defaults are applied.
Returns: the object.
Locks: none.
Called by: statements that show attribute mappings.';
