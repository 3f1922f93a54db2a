-- All organizations, by slug.
-- params: none
-- row: object json
select json_build_object('id', o.id, 'slug', o.slug, 'name', o.name, 'max_users', o.max_users, 'max_groups', o.max_groups,
                         'max_group_members', o.max_group_members, 'rate', o.rate, 'burst', o.burst,
                         'users', (select coalesce(sum(u.users), 0) from muster.organization_usage u where u.organization_id = o.id),
                         'groups', (select coalesce(sum(u.groups), 0) from muster.organization_usage u where u.organization_id = o.id),
                         'verified_domains', (select coalesce(json_agg(d.domain order by d.domain), '[]') from muster.organization_domain d
                                              where d.organization_id = o.id),
                         'created_at', muster.time_text(o.created_at)) as object from muster.organization o order by o.slug
