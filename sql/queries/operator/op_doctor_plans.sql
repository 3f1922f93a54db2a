-- The programs' roles whose statements are not planned once for each connection (muster.settle_plans).
-- params: none
-- row: name text, remedy text
select n.name, format('alter role %I in database %I set plan_cache_mode = force_generic_plan', n.name, current_database()) as remedy
from unnest(array['muster_scim', 'muster_admin', 'muster_deliver']) n (name)
where not exists (select from pg_db_role_setting s
                  where s.setrole = to_regrole(n.name) and 'plan_cache_mode=force_generic_plan' = any (s.setconfig)
                        and s.setdatabase = (select d.oid from pg_database d where d.datname = current_database()))
