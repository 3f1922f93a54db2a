-- The input of an attribute mapping: the fields of members, and their live and active links, the oldest connection
-- first, each with the resource and the user's effective groups, oldest first. Every row is found by its key.
-- params: 1 user_ids uuid[]
-- row mapped: id uuid, first_name text, last_name text, display_name text, external_id text, status text,
--             organization_role text, public_metadata text, links text
select m.id, m.first_name, m.last_name, m.display_name, m.external_id, m.status, m.organization_role, m.public_metadata::text,
       (select json_agg(json_build_object('resource', l.resource::json, 'groups', l.groups) order by l.created_at, l.connection_id)::text
        from (select u.resource, u.connection_id,
                     (select c.created_at from muster.connection c
                      where c.organization_id = muster.organization_id() and c.id = u.connection_id),
                     (select json_agg(json_build_object('value', g.id, 'display', g.display_name) order by g.created_at, g.id)
                      from (select gu.group_id as id from muster.scim_group_user gu
                            where gu.organization_id = muster.organization_id() and gu.user_id = u.id
                            union
                            select p.parent_id from muster.scim_group_user gu
                            cross join lateral (select gg.parent_id from muster.scim_group_group gg
                                                where gg.organization_id = muster.organization_id() and gg.child_id = gu.group_id
                                                offset 0 /* each by its index */) p
                            where gu.organization_id = muster.organization_id() and gu.user_id = u.id
                            union
                            select pp.parent_id from muster.scim_group_user gu
                            cross join lateral (select gg.parent_id from muster.scim_group_group gg
                                                where gg.organization_id = muster.organization_id() and gg.child_id = gu.group_id
                                                offset 0 /* each by its index */) p
                            cross join lateral (select gg.parent_id from muster.scim_group_group gg
                                                where gg.organization_id = muster.organization_id() and gg.child_id = p.parent_id
                                                offset 0 /* each by its index */) pp
                            where gu.organization_id = muster.organization_id() and gu.user_id = u.id) e
                      cross join lateral (select g.id, g.display_name, g.created_at from muster.scim_group g
                                          where g.organization_id = muster.organization_id() and g.id = e.id offset 0 /* each by its key */) g) as groups
              from muster.scim_user u
              where u.organization_id = muster.organization_id() and u.member_id = m.id and u.removed_at is null and u.active
              offset 0 /* its groups once for each link */) l) as links
from (select distinct x.member_id
      from unnest($1::uuid[]) n (id)
      cross join lateral (select u.member_id from muster.scim_user u
                          where u.organization_id = muster.organization_id() and u.id = n.id offset 0 /* each by its key */) x) w
cross join lateral (select m.* from muster.member m where m.organization_id = muster.organization_id() and m.id = w.member_id offset 0 /* each by its key */) m
order by m.id
