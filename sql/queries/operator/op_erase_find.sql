-- The member to erase, locked, and the member's live SCIM users.
-- params: 1 email_key text, 2 id uuid? (null: by email)
-- row: id uuid, email text, active text (names of the connections that say the person is active),
--      users json ([{id, connection_id}])
select m.id, m.email,
       (select string_agg(distinct c.name, ', ') from muster.scim_user u
        join muster.connection c on c.organization_id = u.organization_id and c.id = u.connection_id
        where u.organization_id = m.organization_id and u.member_id = m.id and u.removed_at is null and u.active) as active,
       (select coalesce(json_agg(json_build_object('id', u.id, 'connection_id', u.connection_id) order by u.id), '[]')
        from muster.scim_user u
        where u.organization_id = m.organization_id and u.member_id = m.id and u.removed_at is null) as users
from muster.member m
where m.organization_id = muster.organization_id()
      and m.id = coalesce($2::uuid, (select x.id from muster.member x
                                     where x.organization_id = muster.organization_id() and x.email_key = $1))
for no key update of m
