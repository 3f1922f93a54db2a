-- Audit events of an organization, newest first, from one on, as many as `limit` and `bytes` allow; a row without an
-- id if there is none. Those of a target are found by it, those of a request by its first event, which has its id, and
-- within eleven minutes of it (no request lasts longer); of the others no more than `look` are looked at, and
-- `edge_at`, `edge_id` are the last one of them (null: there are no more). `more`: there are events behind this one
-- that limit and bytes had no room for. Where the events begin and end stands in `floor` and `ceiling`: values that
-- are there before the scan, which it can begin and end with. Row-level security takes nothing for its index that
-- coalesce() or greatest() stands in: not leakproof to it.
-- params: 1 action text? (null: any), 2 prefix text? (null: none), 3 from timestamptz? (null: none),
--         4 to timestamptz? (null: none), 5 actor_id uuid? (null: any), 6 target_id uuid? (null: any),
--         7 request_id uuid? (null: any), 8 before_at timestamptz? (null: the newest), 9 before_id uuid?,
--         10 look bigint? (null: all), 11 limit bigint (one more than wanted), 12 bytes bigint,
--         13 person text? (a member's email or id, or the id of a SCIM user; null: anybody),
--         14 person_key text? (folded), 15 refused boolean? (null: any)
-- row audited: sequence bigint, hash text, id uuid, at text, action text, actor_type text, actor_id uuid,
--              connection_id uuid, target_type text, target_id uuid, request_id uuid, client_address text, data text
-- row: more boolean, edge_at text, edge_id uuid, actor_for text (whom a session of the portal is for)
with person as (
    select m.id
    from muster.member m
    where $13::text is not null and m.organization_id = muster.organization_id()
          and (m.email_key = $14 or m.id = muster.uuid($13)
               or m.id = (select u.member_id from muster.scim_user u where u.organization_id = muster.organization_id() and u.id = muster.uuid($13)))
), people as (
    select case when $13::text is not null
                then array(select p.id::text from person p
                           union all
                           select u.id::text from person p
                           join muster.scim_user u on u.organization_id = muster.organization_id() and u.member_id = p.id) end as ids
), request as (
    select (select e.at from muster.audit_event e
            where $7::uuid is not null and e.organization_id = muster.organization_id() and e.id = $7::uuid limit 1) as at
), ceiling as (
    select u.at, u.id
    from request r
    cross join lateral (values ($8::timestamptz, $9::uuid), ($4::timestamptz, muster.installation()),
                               (r.at + interval '11 minutes', muster.installation()), ('infinity', muster.installation())) u (at, id)
    where u.at is not null and ($7::uuid is null or r.at is not null)
    order by u.at, u.id
    limit 1
), start as (
    select coalesce(greatest($3::timestamptz, r.at), '-infinity') as at from request r
), edge as (
    select e.at, e.id
    from muster.audit_event e
    where $6::uuid is null and $7::uuid is null and $10::bigint is not null and e.organization_id = muster.organization_id()
          and e.at >= (select s.at from start s)
          and (e.at, e.id) < ((select c.at from ceiling c), (select c.id from ceiling c))
    order by e.at desc, e.id desc
    offset $10::bigint - 1
    limit 1
), floor as (
    select coalesce(g.at, s.at) as at, coalesce(g.id, muster.installation()) as id
    from start s
    left join edge g on true
), found as (
    (select e.*
     from muster.audit_event e
     where $6::uuid is not null and e.organization_id = muster.organization_id() and e.target_id = $6::uuid
           and e.at >= (select f.at from floor f)
           and (e.at, e.id) < ((select c.at from ceiling c), (select c.id from ceiling c))
           and muster.audit_is_wanted(e, $1::text, $2::text, $5::uuid, $7::uuid)
           and muster.audit_is_about(e, (select p.ids from people p), $15::boolean)
     order by e.at desc, e.id desc
     limit $11::bigint)
    union all
    (select e.*
     from muster.audit_event e
     where $6::uuid is null and e.organization_id = muster.organization_id()
           and e.at >= (select f.at from floor f) and (e.at, e.id) >= ((select f.at from floor f), (select f.id from floor f))
           and (e.at, e.id) < ((select c.at from ceiling c), (select c.id from ceiling c))
           and muster.audit_is_wanted(e, $1::text, $2::text, $5::uuid, $7::uuid)
           and muster.audit_is_about(e, (select p.ids from people p), $15::boolean)
     order by e.at desc, e.id desc
     limit $11::bigint)
), weighed as (
    select f.*, f.data::text as text, lead(f.id) over w is not null as more,
           coalesce(sum(octet_length(f.data::text)) over (w rows between unbounded preceding and 1 preceding), 0) as before
    from found f
    window w as (order by f.at desc, f.id desc)
)
select s.sequence, encode(s.hash, 'hex') as hash, p.id, muster.time_text(p.at) as at, p.action, p.actor_type, p.actor_id,
       p.connection_id, p.target_type, p.target_id, p.request_id, p.client_address, p.text as data,
       p.more, muster.time_text(edge.at) as edge_at, edge.id as edge_id, f.person as actor_for
from (select) one
left join edge on true
left join weighed p on p.before < $12::bigint
left join lateral (select s.sequence, s.hash from muster.audit_seal s
                   where s.organization_id = muster.organization_id() and s.event_id = p.id limit 1) s on true
left join muster.portal_session f on p.actor_type = 'session' and f.organization_id = muster.organization_id() and f.id = p.actor_id
order by p.at desc, p.id desc
