-- Facts that decide whether migrations can be applied with this database and role.
-- params: none
-- row: version text, version_number integer, encoding text, database text, role text,
--      owns boolean (the database, and the schema if it is there),
--      roles boolean (it may create roles, or all are there),
--      first boolean (it may set them up, as the first migration does; since PostgreSQL 16 that needs the admin
--      option on those that are there)
select current_setting('server_version') as version, current_setting('server_version_num')::integer as version_number,
       current_setting('server_encoding') as encoding, d.datname::text as database, r.rolname::text as role,
       pg_has_role(r.oid, d.datdba, 'usage')
           and not exists (select from pg_namespace n where n.nspname = 'muster' and not pg_has_role(r.oid, n.nspowner, 'usage')) as owns,
       r.rolsuper or r.rolcreaterole
           or not exists (select from unnest(array['muster_scim', 'muster_app', 'muster_admin', 'muster_deliver']) n (name)
                          where not exists (select from pg_roles o where o.rolname = n.name)) as roles,
       r.rolsuper
           or r.rolcreaterole
              and not exists (select from pg_roles o
                              where current_setting('server_version_num')::integer >= 160000
                                    and o.rolname in ('muster_scim', 'muster_app', 'muster_admin', 'muster_deliver')
                                    and not pg_has_role(r.oid, o.oid, 'usage with admin option')) as first
from pg_database d
join pg_roles r on r.rolname = current_user
where d.datname = current_database()
