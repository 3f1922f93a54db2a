-- What the end of a connection would do to the members of some of its live users: who would be deactivated, and who
-- would stay active, because of another connection or since the user here is inactive; the first twenty of each.
-- params: 1 connection_id uuid, 2 after uuid? (a user; null: the first), 3 limit bigint
-- row: checked bigint, last uuid, leave bigint, stay bigint, leave_first json, stay_first json
with u as materialized (
    select u.id, u.member_id, u.active
    from muster.scim_user u
    where u.organization_id = muster.organization_id() and u.connection_id = $1::uuid and u.removed_at is null
          and u.id > case when $2::uuid is null then muster.installation() else $2::uuid end
    order by u.id
    limit $3::bigint
), p as materialized (
    select u.id, json_build_object('id', m.id, 'email', m.email, 'first_name', m.first_name, 'last_name', m.last_name,
                                   'display_name', m.display_name) as person,
           u.active and e.id is null as leaves
    from u
    cross join lateral (select m.* from muster.member m
                        where m.organization_id = muster.organization_id() and m.id = u.member_id and m.status = 'active'
                        offset 0 /* each by its key */) m
    left join lateral (select o.id from muster.scim_user o
                       where o.organization_id = muster.organization_id() and o.member_id = u.member_id
                             and o.removed_at is null and o.active and o.id <> u.id
                       limit 1 /* each by its index */) e on true
)
select (select count(*) from u) as checked, (select u.id from u order by u.id desc limit 1) as last,
       count(*) filter (where p.leaves) as leave, count(*) filter (where not p.leaves) as stay,
       (select json_agg(f.person) from (select p.person from p where p.leaves order by p.id limit 20) f) as leave_first,
       (select json_agg(f.person) from (select p.person from p where not p.leaves order by p.id limit 20) f) as stay_first
from p
