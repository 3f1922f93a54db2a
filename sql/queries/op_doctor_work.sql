-- What needs attention in organizations: mappings that are not applied, tokens and keys that end soon, limits that are near.
-- params: none
-- row: kind text (mapping, token, key, limit), name text, detail text
select 'mapping' as kind, o.slug as name, 'waits since ' || muster.time_text(m.requested_at) as detail
from muster.attribute_mapping m
join muster.organization o on o.id = m.organization_id
where m.version <> m.applied_version and m.requested_at < now() - interval '1 hour' and o.removed_at is null
union all
select 'token', o.slug || ' ' || t.prefix, 'expires ' || muster.time_text(t.expires_at)
from muster.token t
join muster.organization o on o.id = t.organization_id
where t.revoked_at is null and t.expires_at between now() and now() + interval '14 days' and o.removed_at is null
union all
select 'key', k.name || ' ' || k.prefix, 'expires ' || muster.time_text(k.expires_at)
from muster.api_key k
where k.revoked_at is null and k.expires_at between now() and now() + interval '14 days'
union all
select 'limit', o.slug, n.used || ' of ' || n.most || ' ' || n.what
from muster.organization o
cross join lateral (select coalesce(sum(u.users), 0) as users, coalesce(sum(u.groups), 0) as groups
                    from muster.organization_usage u where u.organization_id = o.id) u
cross join lateral (values (u.users, o.max_users, 'users'), (u.groups, o.max_groups, 'groups')) n (used, most, what)
where o.removed_at is null and n.used * 5 > n.most::bigint * 4
order by 1, 2, 3
