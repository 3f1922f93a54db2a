-- What a connection has received: its state, first and last request, counts, problems and refused tokens, newest first.
-- params: 1 id text
-- row object: object json
select json_build_object(
    'connection_id', c.id, 'identity_provider', c.identity_provider,
    'state', case when c.status = 'paused' then 'paused'
                  when r.last is null and t.used_at is null then 'waiting'
                  when c.identity_provider = 'entra' and n.users + n.groups > 0
                       and greatest(r.last_at, t.used_at) < now() - interval '3 hours' then 'silent'
                  when p.problems is not null or p.hints is not null then 'refused'
                  when n.users + n.groups = 0 then 'arriving'
                  else 'healthy' end,
    'first', r.first, 'last', r.last, 'last_taken', r.taken, 'people', n.users, 'groups', n.groups,
    'problem_count', p.found, 'problems', coalesce(p.problems, '[]'), 'token_hints', coalesce(p.hints, '[]')) as object
from muster.connection c
cross join lateral (select max(t.last_used_at) as used_at from muster.token t
                    where t.organization_id = c.organization_id and t.connection_id = c.id) t
cross join lateral (
    select (array_agg(q.request) filter (where q.place = 'first'))[1] as first, (array_agg(q.request) filter (where q.place = 'taken'))[1] as taken,
           (array_agg(q.request) filter (where q.place = 'last'))[1] as last, max(q.at) as last_at
    from (select x.place, x.at,
                 json_build_object('at', muster.time_text(x.at), 'method', x.method, 'what', x.what, 'status', x.status,
                                   'token', json_build_object('id', k.id, 'name', k.name, 'prefix', k.prefix),
                                   'request_id', x.request_id) as request
          from muster.connection_request x
          join muster.token k on k.organization_id = x.organization_id and k.id = x.token_id
          where x.organization_id = c.organization_id and x.connection_id = c.id) q
) r
cross join lateral (
    select coalesce(sum(u.users), 0) as users, coalesce(sum(u.groups), 0) as groups
    from muster.connection_usage u
    where u.organization_id = c.organization_id and u.connection_id = c.id
) n
cross join lateral (
    select json_agg(muster.object(h.problem) order by h.last_at desc) filter (where h.kind <> 'token' and h.place <= 100) as problems,
           json_agg(muster.object(h.problem) order by h.last_at desc) filter (where h.kind = 'token') as hints,
           count(*) filter (where h.kind <> 'token') as found
    from (select x as problem, x.kind, x.last_at, row_number() over (partition by x.kind = 'token' order by x.last_at desc) as place
          from muster.connection_problem x
          where x.organization_id = c.organization_id and x.connection_id = c.id and x.last_at > now() - interval '90 days') h
) p
where c.organization_id = muster.organization_id() and c.removed_at is null and c.id = muster.uuid($1)
