-- What needs attention: a worker that does not run, mappings that are not applied, tokens and keys that end soon,
-- limits that are near, webhooks in trouble, name servers that do not answer.
-- params: none
-- row: kind text (mapping, sealer, muster-deliver, token, key, limit, webhook, secret,
--                domains),
--      name text (null: there is but one), detail text
select 'sealer' as kind, null as name, 'an event waits since ' || muster.time_text(min(p.at)) as detail
from (select p.at from muster.audit_pending p order by p.place limit 10000) p
having min(p.at) < now() - interval '1 minute'
union all
select 'muster-deliver', null, 'none is connected to this database: nothing is sealed, sent or applied'
where not exists (select from pg_stat_activity a
                  where a.datname = current_database() and (a.usename = 'muster_deliver' or a.application_name = 'muster-deliver'))
union all
select 'mapping', o.slug, 'it waits since ' || muster.time_text(m.requested_at)
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
cross join lateral muster.organization_totals(o.id) u
cross join lateral (values (u.users, o.max_users, 'users'), (u.groups, o.max_groups, 'groups')) n (used, most, what)
where o.removed_at is null and n.used * 5 > n.most::bigint * 4
union all
select 'webhook', coalesce(o.slug, 'the installation') || ' ' || w.url, t.detail
from muster.webhook_endpoint w
left join muster.organization o on o.id = w.organization_id and o.removed_at is null
cross join lateral (select count(*) as dead from muster.webhook_delivery d where d.endpoint_id = w.id and d.state = 'dead') n
cross join lateral (values (w.status = 'disabled' and w.disabled_reason <> 'operator', case w.disabled_reason
                                when 'gone' then 'is disabled: the receiver answered 410' else 'is disabled: nothing got through for days' end),
                           (w.status = 'enabled' and w.failing_since is not null,
                            'fails since ' || muster.time_text(w.failing_since) || ', ' || w.failures || ' times'),
                           (n.dead > 0, n.dead || ' deliveries are dead: muster webhook replay ' || w.id || ' --state dead')) t (so, detail)
where w.removed_at is null and (o.id is not null or w.organization_id = muster.installation()) and t.so
union all
select 'secret', 'webhooks', count(*) || ' webhooks have a secret that it encrypted'
from muster.webhook_endpoint w
where w.removed_at is null
having count(*) > 0
union all
select 'domains', null, 'none of the ' || count(*) || ' records looked up in the last day was answered for: MUSTER_DNS, and without it '
                        '/etc/resolv.conf, must name servers that muster-deliver reaches'
from muster.domain_claim c
where c.checked_at > now() - interval '1 day'
having bool_and(c.answer = 'no_answer')
union all
select 'domains', null, count(*) || ' records should have been looked up an hour ago: does muster-deliver run?'
from muster.domain_claim c
where c.next_check_at < now() - interval '1 hour'
having count(*) > 0
order by 1, 2, 3
