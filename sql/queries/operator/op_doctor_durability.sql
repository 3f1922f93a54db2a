-- What endangers acknowledged writes (muster.durability), and whether we can see what the programs wait for.
-- params: none
-- row: kind text (standby, synchronous_commit, sight), detail text
select d.kind, d.detail from muster.durability() d
union all
select 'sight', 'this role is no member of ' || string_agg(r.rolname, ', ' order by r.rolname)
                || ', and does not see what they wait for: grant it membership as a superuser'
from pg_roles r
where r.rolname in ('muster_scim', 'muster_admin', 'muster_deliver') and not pg_has_role(r.oid, 'usage')
      and current_setting('synchronous_standby_names') <> ''
having count(*) > 0
