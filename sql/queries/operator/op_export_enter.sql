-- Makes the exported organization (slug or id; if it was removed, the id) the tenant of this transaction, with times in
-- UTC; no row: it does not exist.
-- params: 1 organization text
-- row: header text, organization text, zone text
select '{"type":"header","format":"muster-export","version":1,'
           || substr(jsonb_build_object('exported_at', muster.time_text(now()), 'organization_id', o.id, 'slug', o.slug,
                                        'migration', (select max(m.number) from muster.schema_migration m))::text, 2) as header,
       set_config('muster.organization', o.id::text, true) as organization, set_config('TimeZone', 'UTC', true) as zone
from muster.organization o
where (o.slug = $1 or o.id = muster.uuid($1)) and o.id <> muster.installation()
