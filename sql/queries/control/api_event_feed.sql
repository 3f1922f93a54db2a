-- Sealed events behind a number, in their order, as they are told: of the next `look` ones those that are wanted
-- (actions, or beginnings with * at their end), as many as `limit` and `bytes` allow. A row without a sequence if
-- there is none; `more` says that the bytes were too few for the rest. Each event is found in the one partition of its
-- time.
-- params: 1 after bigint, 2 look bigint, 3 actions text[]? (null: all), 4 limit bigint, 5 bytes bigint
-- row: head bigint, sequence bigint, object text, more boolean
select h.head, f.sequence, f.object, f.more
from (select coalesce((select s.sequence from muster.audit_seal s
                       where s.organization_id = muster.organization_id() order by s.sequence desc limit 1), 0) as head) h
left join lateral (
    select x.sequence, x.object, lead(x.sequence) over (order by x.sequence) is not null as more,
           coalesce(sum(octet_length(x.object)) over (order by x.sequence rows between unbounded preceding and 1 preceding), 0) as before
    from (select l.sequence, muster.event_object(l.seal, e.event)::text as object
          from (select s as seal, s.sequence, s.event_id, s.at
                from muster.audit_seal s
                where s.organization_id = muster.organization_id() and s.sequence > $1::bigint and s.sequence <= $1::bigint + $2::bigint
                order by s.sequence) l
          cross join lateral (select e as event
                              from muster.audit_event e
                              where e.organization_id = muster.organization_id() and e.id = l.event_id and e.at = l.at
                                    and ($3::text[] is null
                                         or exists (select from unnest($3::text[]) p
                                                    where p = e.action or (right(p, 1) = '*' and e.action ^@ left(p, -1))))
                              limit 1) e
          order by l.sequence
          limit $4::bigint) x
) f on f.before < $5::bigint
order by f.sequence
