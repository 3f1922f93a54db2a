create or replace function muster.object(o muster.organization) returns json
    language sql stable
    as $$ select json_build_object('id', o.id, 'slug', o.slug, 'name', o.name, 'max_users', o.max_users, 'max_groups', o.max_groups,
        'max_group_members', o.max_group_members, 'rate', o.rate, 'burst', o.burst, 'protect_last_admin', o.protect_last_admin,
        'verified_domains', (select coalesce(json_agg(d.domain order by d.domain), '[]') from muster.organization_domain d
                             where d.organization_id = o.id),
        'users', (select t.users from muster.organization_totals(o.id) t), 'groups', (select t.groups from muster.organization_totals(o.id) t),
        'created_at', muster.time_text(o.created_at)) $$;

comment on function muster.object(muster.organization) is
'An organization, as answers of the admin API and the command line have it.
Parameters: o: its row.
Returns: the object.
Locks: none.
Called by: statements that show organizations.';
