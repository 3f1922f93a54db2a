-- The long work of an organization, from one on: its attribute mapping that is applied to everybody, and the ends of
-- connections that are under way or were done within thirty days. Of conflicts of a mapping those among the first ten
-- thousand events since it was set are counted.
-- params: 1 after uuid? (null: the first), 2 limit bigint? (null: all), 3 id text? (null: every one)
-- row object: object json
-- row listed: id uuid
select json_build_object('id', j.id, 'kind', j.kind, 'state', case when j.finished_at is null then 'running' else 'done' end,
                         'done', j.done, 'total', j.total, 'since', muster.time_text(j.since),
                         'finished_at', muster.time_text(j.finished_at),
                         'by', case when j.by_type is not null then json_build_object('type', j.by_type, 'id', j.by) end,
                         'failures', j.failures, 'connection', j.connection, 'members', j.members) as object, j.id
from (select m.organization_id as id, 'mapping' as kind, m.done, m.total, m.requested_at as since,
             case when m.version = m.applied_version then coalesce(m.finished_at, m.requested_at) end as finished_at,
             e.actor_type as by_type, e.actor_id as by,
             (select count(*) from (select f.action from muster.audit_event f
                                    where f.organization_id = muster.organization_id() and f.at >= m.requested_at
                                    order by f.at, f.id
                                    limit 10000) f
              where f.action = 'scim.mapping.conflict') as failures,
             null::json as connection, null::text as members
      from muster.attribute_mapping m
      left join lateral (select e.actor_type, e.actor_id from muster.audit_event e
                         where e.organization_id = muster.organization_id() and e.target_id = m.organization_id
                               and e.action = 'scim.mapping.updated'
                         order by e.at desc, e.id desc
                         limit 1) e on true
      where m.organization_id = muster.organization_id()
      union all
      select c.id, 'removal', c.ending_total - u.rest, c.ending_total, c.ending_at, c.removed_at, c.ending_by_type, c.ending_by, 0,
             json_build_object('id', c.id, 'name', c.name), case when c.ending_keeps then 'keep' else 'deactivate' end
      from muster.connection c
      cross join lateral (select least(c.ending_total, coalesce(sum(u.users + u.groups), 0)::bigint) as rest
                          from muster.connection_usage u
                          where u.organization_id = muster.organization_id() and u.connection_id = c.id) u
      where c.organization_id = muster.organization_id() and c.ending_at is not null
            and (c.removed_at is null or c.removed_at > now() - interval '30 days')) j
where j.id > case when $1::uuid is null then muster.installation() else $1::uuid end and ($3::text is null or j.id = muster.uuid($3))
order by j.id
limit $2::bigint
