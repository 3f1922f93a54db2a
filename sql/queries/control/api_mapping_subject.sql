-- A live SCIM user as an attribute mapping reads it: its resource, its effective groups (oldest first), and its member,
-- with the number of the member's live and active links.
-- params: 1 id uuid
-- row object: object json
select json_build_object(
           'resource', u.resource::json,
           'groups', (select json_agg(json_build_object('value', g.id, 'display', g.display_name) order by g.created_at, g.id)
                      from (select distinct w.top from muster.ways_to_user(u.id) w) w
                      cross join lateral (select g.id, g.display_name, g.created_at from muster.scim_group g
                                          where g.organization_id = muster.organization_id() and g.id = w.top offset 0 /* each by its key */) g),
           'member', json_build_object('id', m.id, 'email', m.email, 'first_name', m.first_name, 'last_name', m.last_name,
                                       'display_name', m.display_name, 'status', m.status,
                                       'organization_role', m.organization_role,
                                       'active_links', (select count(*) from muster.scim_user o
                                                        where o.organization_id = muster.organization_id() and o.member_id = m.id
                                                              and o.removed_at is null and o.active))) as object
from muster.scim_user u
cross join lateral (select m.* from muster.member m
                    where m.organization_id = muster.organization_id() and m.id = u.member_id offset 0 /* by its key */) m
where u.organization_id = muster.organization_id() and u.id = $1::uuid and u.removed_at is null
