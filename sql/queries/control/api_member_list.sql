-- A page of members, in the order of a way (see muster.member_candidates), of those who fit all conditions; no more
-- than `look` are looked at. Of several terms the longest finds people, and each of them must begin a word. Somebody
-- whom two words find is there by the first. `fits` counts whom the look found, and `edge` is the last place that it
-- looked at. A row without an object if there is nobody.
-- params: 1 way text, 2 q text? (null: anybody), 3 status text? (null: any), 4 role text? (null: any),
--         5 team_key text?,
--         6 team text? (name, folded in team_key, or id; null: any), 7 source uuid? (a connection; null: any),
--         8 local boolean (only people of no connection), 9 picks boolean (they must be tested), 10 after_key text,
--         11 after_id uuid, 12 look bigint? (null: all), 13 limit bigint? (one more than wanted; null: all)
-- row object: object json
-- row listing: key text, id uuid, looked bigint, fits bigint, edge_key text, edge_id uuid
with words as (
    select array(select left(t.term, 64) from regexp_split_to_table(lower(normalize($2, nfkc)), '[[:space:]]+') t (term) where t.term <> '') as terms
), asked as materialized (
    select w.terms, (select t.term from unnest(w.terms) t (term) order by length(t.term) desc, t.term limit 1) as term,
           (select t.id from muster.team t
            where $6::text is not null and t.organization_id = muster.organization_id() and (t.name_key = $5 or t.id = muster.uuid($6))
            limit 1) as team
    from words w
), looked as materialized (
    select c.key, c.id, c.member_id, c.n
    from asked a
    cross join lateral muster.member_candidates($1, a.term, $4, a.team, $7::uuid, $10, $11::uuid, $12::bigint) c
), fit as materialized (
    select l.key, l.id, l.member_id, l.n
    from looked l
    cross join asked a
    where not $9::boolean
          or exists (select
                     from muster.member m
                     cross join lateral (select case when cardinality(a.terms) > 0
                                                then muster.member_words(m.display_name, m.first_name, m.last_name, m.email) end as words) w
                     where m.organization_id = muster.organization_id() and m.id = l.member_id
                           and ($3::text is null or m.status = $3) and ($4::text is null or m.organization_role = $4)
                           and ($6::text is null or exists (select from muster.team_member tm
                                                            where tm.organization_id = muster.organization_id() and tm.team_id = a.team
                                                                  and tm.member_id = m.id))
                           and ($7::uuid is null or exists (select from muster.scim_user u
                                                            where u.organization_id = muster.organization_id() and u.connection_id = $7::uuid
                                                                  and u.member_id = m.id and u.removed_at is null))
                           and (not $8::boolean or not exists (select from muster.scim_user u
                                                               where u.organization_id = muster.organization_id() and u.member_id = m.id
                                                                     and u.removed_at is null))
                           and not exists (select from unnest(a.terms) t (term)
                                           where not exists (select from unnest(w.words) x (word) where x.word ^@ t.term))
                           and ($1 <> 'word'
                                or l.key = (select min(x.word collate "C") from unnest(w.words) x (word)
                                            where x.word ^@ a.term)))
), page as (
    select f.* from fit f order by f.n limit $13::bigint
)
select o.object, p.key, p.id, c.looked, c.fits, e.key as edge_key, e.id as edge_id
from (select (select count(*) from looked) as looked, (select count(*) from fit) as fits) c
left join lateral (select l.key, l.id from looked l order by l.n desc limit 1) e on true
left join page p on true
left join lateral (select muster.object(m) as object from muster.member m
                   where m.organization_id = muster.organization_id() and m.id = p.member_id offset 0 /* each by its key */) o on true
order by p.n
