-- Rights that differ from those that muster migrate sets.
-- params: none
-- row: name text, detail text
select 'function ' || p.oid::regprocedure as name, w.detail
from pg_proc p
cross join lateral (values
    (has_function_privilege('public', p.oid, 'execute'), 'everybody may execute it, with its owner''s rights: run muster migrate'),
    (p.proconfig is distinct from array['search_path=pg_catalog, pg_temp'], 'it finds its tables by the caller''s search_path: run muster migrate of this release'),
    (p.proowner <> (select n.nspowner from pg_namespace n where n.oid = p.pronamespace), 'it does not belong to the owner of the schema')) w (so, detail)
where p.pronamespace = 'muster'::regnamespace and p.prosecdef and w.so
union all
select 'default privileges',
       'what will be made in this schema is granted to ' || coalesce(nullif(a.grantee, 0)::regrole::text, 'everybody') || ': alter default privileges'
from pg_default_acl d
cross join lateral aclexplode(d.defaclacl) a
where d.defaclnamespace = 'muster'::regnamespace and a.grantee <> d.defaclrole
union all
select 'table ' || c.oid::regclass, 'everybody may ' || lower(string_agg(a.privilege_type, ', ' order by a.privilege_type)) || ': revoke it'
from pg_class c
cross join lateral aclexplode(c.relacl) a
where c.relnamespace = 'muster'::regnamespace and a.grantee = 0
group by c.oid
union all
select 'table ' || c.oid::regclass, 'muster_app may ' || lower(string_agg(a.privilege_type, ', ' order by a.privilege_type)) || ': it is to read, and no more'
from pg_class c
cross join lateral aclexplode(c.relacl) a
where c.relnamespace = 'muster'::regnamespace and a.grantee = 'muster_app'::regrole and a.privilege_type not in ('SELECT', 'REFERENCES')
group by c.oid
union all
select 'database', 'everybody may ' || w.what || ': run muster migrate'
from (values ('connect', 'connect'), ('temporary', 'make temporary tables')) w (privilege, what)
where has_database_privilege('public', current_database(), w.privilege)
union all
select 'database', r.name || ' may not connect: run muster migrate'
from unnest(array['muster_scim', 'muster_app', 'muster_admin', 'muster_deliver']) r (name)
where exists (select from pg_roles o where o.rolname = r.name) and not has_database_privilege(r.name, current_database(), 'connect')
order by 1, 2
