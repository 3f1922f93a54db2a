-- Organizations that have a chain or could have one, removed ones and the installation too, in the order of their ids;
-- of one only it, by id also if nothing but its chain is left.
-- params: 1 after uuid? (null: the first), 2 limit bigint, 3 organization text? (slug or id, null: all)
-- row: id uuid, slug text
with recursive o (id, n) as (
    (select i.id, 1
     from ((select x.id from muster.organization x where x.id >= coalesce($1::uuid, '00000000-0000-0000-0000-000000000000')
                                                         and x.id is distinct from $1::uuid order by x.id limit 1)
           union all
           (select s.organization_id from muster.audit_seal s
            where s.organization_id >= coalesce($1::uuid, '00000000-0000-0000-0000-000000000000')
                  and s.organization_id is distinct from $1::uuid
            order by s.organization_id limit 1)) i
     where $3::text is null
     order by i.id limit 1)
    union all
    select i.id, o.n + 1
    from o
    cross join lateral (select i.id
                        from ((select x.id from muster.organization x where x.id > o.id order by x.id limit 1)
                              union all
                              (select s.organization_id from muster.audit_seal s where s.organization_id > o.id
                               order by s.organization_id limit 1)) i
                        order by i.id limit 1) i
    where o.n < $2::bigint
)
select o.id, x.slug from o left join muster.organization x on x.id = o.id
union all
select x.id, x.slug from muster.organization x where (x.slug = $3::text and x.removed_at is null) or x.id = muster.uuid($3::text)
union all
select s.organization_id, null
from (select s.organization_id from muster.audit_seal s where s.organization_id = muster.uuid($3::text) limit 1) s
where not exists (select from muster.organization x where x.id = s.organization_id)
order by 1
