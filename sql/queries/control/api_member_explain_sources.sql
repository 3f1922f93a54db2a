-- What the attribute mapping reads of a member, as members_read has it.
-- params: 1 email_key text, 2 id uuid? (null: by email)
-- row: sources json
select coalesce(json_agg(json_build_object(
           'connection_id', u.connection_id, 'connection', c.name, 'scim_user_id', u.id, 'resource', u.resource::json,
           'groups', (select json_agg(json_build_object('value', g.id, 'display', g.display_name) order by g.created_at, g.id)
                      from muster.scim_group g
                      where g.organization_id = muster.organization_id()
                            and g.id in (select w.top from muster.ways_to_user(u.id) w)))
                         order by c.created_at, u.connection_id), '[]') as sources
from muster.scim_user u
join muster.connection c on c.organization_id = muster.organization_id() and c.id = u.connection_id
where u.organization_id = muster.organization_id() and u.removed_at is null and u.active
      and u.member_id = case when $2::uuid is null then (select x.id from muster.member x
                                            where x.organization_id = muster.organization_id() and x.email_key = $1) else $2::uuid end
