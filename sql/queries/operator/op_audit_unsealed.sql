-- The events of a page that have no place in the chain and do not wait for one, and always the last event of the page,
-- which says where the next page begins. An event has its place if time and id are those of the seal.
-- params: 1 organization_id uuid, 2 limit bigint, 3 after timestamptz? (null: the first), 4 after_id uuid?
-- row: id uuid, at text, stray boolean, n bigint (events on the page)
select p.id, p.at::text as at, p.stray, p.n
from (select e.id, e.at, row_number() over (order by e.at desc, e.id desc) as back, count(*) over () as n,
             not e.sealed and (e.at, e.id) not in (select w.at, w.event_id from muster.audit_pending w
                                                   where w.organization_id = $1::uuid) as stray
      from (select e.id, e.at, s.here is not null as sealed
            from (select e.id, e.at
                  from muster.audit_event e
                  where e.organization_id = $1::uuid and (e.at, e.id) > (coalesce($3::timestamptz, '-infinity'),
                                                                         coalesce($4::uuid, '00000000-0000-0000-0000-000000000000'))
                  order by e.at, e.id
                  limit $2::bigint) e
            left join lateral (select true as here from muster.audit_seal s
                               where s.organization_id = $1::uuid and s.event_id = e.id and s.at = e.at
                               limit 1) s on true
            offset 0 /* once for each event, before they are numbered */) e) p
where p.stray or p.back = 1
order by p.at, p.id
