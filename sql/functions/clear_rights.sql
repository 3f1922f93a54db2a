-- first: migrations and functions grant behind it
create or replace function muster.clear_rights() returns void
    language plpgsql volatile
    set search_path = pg_catalog, pg_temp
    as $$
declare
    granted record;
begin
    for granted in
        select o.what, a.grantee::regrole as role, string_agg(distinct a.privilege_type, ', ') as rights
        from (select format('table %s', c.oid::regclass), c.relacl from pg_class c where c.relnamespace = 'muster'::regnamespace
              union all
              select format('table %s', c.oid::regclass), t.attacl
              from pg_class c
              join pg_attribute t on t.attrelid = c.oid
              where c.relnamespace = 'muster'::regnamespace
              union all
              select format('function %s', p.oid::regprocedure), p.proacl from pg_proc p where p.pronamespace = 'muster'::regnamespace
              union all
              select 'schema muster', n.nspacl from pg_namespace n where n.nspname = 'muster') o (what, acl)
        cross join lateral aclexplode(o.acl) a
        join pg_roles r on r.oid = a.grantee
        where r.rolname in ('muster_scim', 'muster_app', 'muster_admin', 'muster_deliver')
              and not (r.rolname = 'muster_app' and a.privilege_type = 'REFERENCES')
        group by o.what, a.grantee
    loop
        execute format('revoke %s on %s from %s cascade', granted.rights, granted.what, granted.role);
    end loop;
end
$$;

comment on function muster.clear_rights() is
'Revokes all rights in this schema from the roles of the programs and the application, at the beginning of every muster
migrate, so that no right stays which a release no longer grants. The files of functions and muster.settle_rights()
grant the others anew, in the same transaction. Rights that one of these roles has passed on to others go with its own;
what the owner granted to other roles stays. REFERENCES of muster_app stays: whether the application has foreign keys to
our tables is the operator''s choice.
Parameters: none.
Returns: nothing.
Locks: none.
Called by: op_rights_clear.';

revoke all on function muster.clear_rights() from public;
