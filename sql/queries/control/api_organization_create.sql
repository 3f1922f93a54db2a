-- A new organization; members that the object does not have get their defaults. 23505: organization_slug_key.
-- params: 1 id uuid, 2 slug text, 3 name text, 4 fields jsonb
-- row: id uuid
with o as (
    insert into muster.organization (id, slug, name, max_users, max_groups, max_group_members, rate, burst, protect_last_admin)
    select $1::uuid, $2, $3, f.max_users, f.max_groups, f.max_group_members, f.rate, f.burst, f.protect_last_admin
    from jsonb_to_record('{"max_users": 10000, "max_groups": 1000, "max_group_members": 2000, "rate": 100, "burst": 200,
                           "protect_last_admin": false}'::jsonb || $4::jsonb)
         f (max_users integer, max_groups integer, max_group_members integer, rate integer, burst integer, protect_last_admin boolean)
    returning id
)
select o.id from o
