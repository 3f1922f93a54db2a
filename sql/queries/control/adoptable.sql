-- Members of a connection's organization who have an email and no live SCIM user in it, a batch at a time; not those
-- whose email is the userName of another member's user there.
-- params: 1 connection_id uuid, 2 limit bigint
-- row: id uuid, email text, first_name text, last_name text, display_name text, active boolean
select m.id, m.email, m.first_name, m.last_name, m.display_name, m.status = 'active' as active
from muster.connection c
join muster.member m on m.organization_id = c.organization_id and m.email_key is not null
where c.organization_id = muster.organization_id() and c.id = $1::uuid
      and not exists (select from muster.scim_user u
                      where u.organization_id = c.organization_id and u.connection_id = c.id and u.member_id = m.id
                            and u.removed_at is null)
      and not exists (select from muster.scim_user u
                      where u.organization_id = c.organization_id and u.connection_id = c.id and u.user_name_key = m.email_key
                            and u.removed_at is null)
order by m.created_at, m.id
limit $2::bigint
