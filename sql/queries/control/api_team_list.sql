-- A page of teams, in the order of their creation; with a term those whose name has a word that begins with it. No
-- more than `look` are looked at: see api_member_list.
-- params: 1 term text? (folded; null: all teams), 2 after_id uuid, 3 look bigint? (null: all),
--         4 limit bigint? (one more than wanted; null: all)
-- row object: object json
-- row listing: key text, id uuid, looked bigint, fits bigint, edge_key text, edge_id uuid
with looked as materialized (
    select t.id, t.name_key
    from muster.team t
    where t.organization_id = muster.organization_id() and t.id > $2::uuid
    order by t.id
    limit $3::bigint
), fit as materialized (
    select l.id from looked l where $1::text is null or strpos(' ' || l.name_key, ' ' || $1) > 0
), page as (
    select f.id from fit f order by f.id limit $4::bigint
)
select o.object, '' as key, p.id, c.looked, c.fits, '' as edge_key, c.edge_id
from (select (select count(*) from looked) as looked, (select count(*) from fit) as fits,
             (select l.id from looked l order by l.id desc limit 1) as edge_id) c
left join page p on true
left join lateral (select muster.object(t) as object from muster.team t
                   where t.organization_id = muster.organization_id() and t.id = p.id offset 0 /* each by its key */) o on true
order by p.id
