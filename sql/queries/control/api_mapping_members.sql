-- Members who have a live SCIM user, in the order of their ids, with what an attribute mapping reads: their fields, and
-- all their live links, the oldest connection first, each with whether it is active and identifies by its email, the
-- stored resource as text, and the user's effective groups, oldest first. Every row is found by its key.
-- params: 1 after uuid? (null: the first), 2 limit bigint
-- row mapped: id uuid, first_name text, last_name text, display_name text, external_id text, status text,
--             organization_role text, public_metadata text, links text
-- row: email text
with page as materialized (
    select m.*
    from muster.member m
    where m.organization_id = muster.organization_id()
          and m.id > case when $1::uuid is null then muster.installation() else $1::uuid end
          and exists (select from muster.scim_user u
                      where u.organization_id = muster.organization_id() and u.member_id = m.id and u.removed_at is null
                      offset 0 /* each by its index */)
    order by m.id
    limit $2::bigint
)
select m.id, m.first_name, m.last_name, m.display_name, m.external_id, m.status, m.organization_role, m.public_metadata::text,
       (select json_agg(json_build_object('active', l.active, 'email_key', l.email_key, 'identifies', l.linking <> 'never',
                                          'resource', l.resource, 'groups', l.groups) order by l.created_at, l.connection_id)::text
        from (select u.active, u.email_key, u.resource, u.connection_id, c.created_at, c.linking,
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
              from (select u.* from muster.scim_user u
                    where u.organization_id = muster.organization_id() and u.member_id = m.id and u.removed_at is null
                    offset 0 /* each by its index */) u
              cross join lateral (select c.created_at, c.linking from muster.connection c
                                  where c.organization_id = muster.organization_id() and c.id = u.connection_id offset 0 /* by its key */) c
              offset 0 /* its groups once for each link */) l) as links,
       m.email
from page m
order by m.id
