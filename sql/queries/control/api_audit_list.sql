-- Audit events of an organization, newest first, from one on, as many as `limit` and `bytes` allow; a row without an
-- id if there is none. Those of a target are found by it, those of a request by its first event, which has its id, and
-- within eleven minutes of it (no request lasts longer); of the others no more than `look` are looked at, and
-- `edge_at`, `edge_id` are the last one of them (null: there are no more). `more`: there are events behind this one
-- that limit and bytes had no room for. Where the events begin and end stands in `bound`, `request_bound` and
-- `looked`: values that are there before the scan, which it can begin and end with. Row-level security takes nothing
-- for its index that coalesce() or greatest() stands in: not leakproof to it.
-- params: 1 action text? (null: any), 2 prefix text? (null: none), 3 from timestamptz? (null: none),
--         4 to timestamptz? (null: none), 5 actor_id uuid? (null: any), 6 target_id uuid? (null: any),
--         7 request_id uuid? (null: any), 8 before_at timestamptz? (null: the newest), 9 before_id uuid?,
--         10 look bigint? (null: all), 11 limit bigint (one more than wanted), 12 bytes bigint
-- row audited: sequence bigint, hash text, id uuid, at text, action text, actor_type text, actor_id uuid,
--              connection_id uuid, target_type text, target_id uuid, request_id uuid, client_address text, data text
-- row: more boolean, edge_at text, edge_id uuid
with request as (
    select e.at
    from muster.audit_event e
    where $7::uuid is not null and e.organization_id = muster.organization_id() and e.id = $7::uuid
    limit 1
), bound as (
    select coalesce($3::timestamptz, '-infinity') as low, coalesce(least($4::timestamptz, $8::timestamptz), 'infinity') as at,
           case when $4::timestamptz <= coalesce($8::timestamptz, 'infinity') then '00000000-0000-0000-0000-000000000000'
                else coalesce($9::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff') end as id
), request_bound as (
    select greatest(b.low, r.at) as low, least(b.at, r.at + interval '11 minutes') as at,
           case when r.at + interval '11 minutes' < b.at then '00000000-0000-0000-0000-000000000000' else b.id end as id
    from bound b
    cross join request r
), edge as (
    select e.at, e.id
    from muster.audit_event e
    where $6::uuid is null and $7::uuid is null and $10::bigint is not null and e.organization_id = muster.organization_id()
          and e.at >= (select b.low from bound b)
          and (e.at, e.id) < ((select b.at from bound b), (select b.id from bound b))
    order by e.at desc, e.id desc
    offset $10::bigint - 1
    limit 1
), looked as (
    select coalesce(max(g.at), '-infinity') as at, coalesce((array_agg(g.id))[1], '00000000-0000-0000-0000-000000000000') as id from edge g
)
select p.sequence, encode(p.hash, 'hex') as hash, p.id, muster.time_text(p.at) as at, p.action, p.actor_type, p.actor_id,
       p.connection_id, p.target_type, p.target_id, p.request_id, p.client_address, p.data,
       p.more, muster.time_text(edge.at) as edge_at, edge.id as edge_id
from (select) one
left join edge on true
left join lateral (
    select x.*, s.sequence, s.hash, lead(x.id) over w is not null as more,
           coalesce(sum(octet_length(x.data)) over (w rows between unbounded preceding and 1 preceding), 0) as before
    from (select f.id, f.at, f.action, f.actor_type, f.actor_id, f.connection_id, f.target_type, f.target_id, f.request_id,
                 f.client_address, f.data::text as data
          from ((select e.*
                 from muster.audit_event e
                 where $6::uuid is not null and $7::uuid is null and e.organization_id = muster.organization_id()
                       and e.target_id = $6::uuid
                       and e.at >= (select b.low from bound b)
                       and (e.at, e.id) < ((select b.at from bound b), (select b.id from bound b))
                       and ($1::text is null or e.action = $1::text) and ($2::text is null or e.action ^@ $2::text)
                       and ($5::uuid is null or e.actor_id = $5::uuid)
                 order by e.at desc, e.id desc
                 limit $11::bigint)
                union all
                (select e.*
                 from muster.audit_event e
                 where $7::uuid is not null and e.organization_id = muster.organization_id() and e.request_id = $7::uuid
                       and e.at >= (select b.low from request_bound b)
                       and (e.at, e.id) < ((select b.at from request_bound b), (select b.id from request_bound b))
                       and ($6::uuid is null or e.target_id = $6::uuid)
                       and ($1::text is null or e.action = $1::text) and ($2::text is null or e.action ^@ $2::text)
                       and ($5::uuid is null or e.actor_id = $5::uuid)
                 order by e.at desc, e.id desc
                 limit $11::bigint)
                union all
                (select e.*
                 from muster.audit_event e
                 where $6::uuid is null and $7::uuid is null and e.organization_id = muster.organization_id()
                       and e.at >= (select b.low from bound b)
                       and (e.at, e.id) < ((select b.at from bound b), (select b.id from bound b))
                       and (e.at, e.id) >= ((select l.at from looked l), (select l.id from looked l))
                       and ($1::text is null or e.action = $1::text) and ($2::text is null or e.action ^@ $2::text)
                       and ($5::uuid is null or e.actor_id = $5::uuid)
                 order by e.at desc, e.id desc
                 limit $11::bigint)) f) x
    left join lateral (select s.sequence, s.hash from muster.audit_seal s
                       where s.organization_id = muster.organization_id() and s.event_id = x.id limit 1) s on true
    window w as (order by x.at desc, x.id desc)
) p on p.before < $12::bigint
order by p.at desc, p.id desc
