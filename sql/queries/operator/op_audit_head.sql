-- Where the chain of each organization ends, removed ones and the installation too; of one only its own.
-- params: 1 organization_id uuid? (null: all)
-- row object: object json
with recursive o (id) as (
    (select s.organization_id from muster.audit_seal s
     where s.organization_id >= coalesce($1::uuid, '00000000-0000-0000-0000-000000000000') order by s.organization_id limit 1)
    union all
    select (select s.organization_id from muster.audit_seal s where s.organization_id > o.id order by s.organization_id limit 1)
    from o
    where o.id is not null and $1::uuid is null
)
select json_build_object('organization_id', o.id, 'slug', x.slug, 'sequence', s.sequence, 'hash', encode(s.hash, 'hex'),
                         'at', muster.time_text(s.at)) as object
from o
cross join lateral (select s.* from muster.audit_seal s where s.organization_id = o.id order by s.sequence desc limit 1) s
left join muster.organization x on x.id = o.id
where $1::uuid is null or o.id = $1::uuid
order by o.id
