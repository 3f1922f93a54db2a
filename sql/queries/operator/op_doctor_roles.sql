-- What the programs' roles can do beyond their work.
-- params: none
-- row: name text, present boolean, too_strong boolean
select n.name, r.rolname is not null as present,
       coalesce(r.rolsuper or r.rolbypassrls or r.rolcreaterole or r.rolcreatedb, false) as too_strong
from unnest(array['muster_scim', 'muster_app', 'muster_admin', 'muster_deliver']) n (name)
left join pg_roles r on r.rolname = n.name
