-- Members whom adoption skips, because their email is the userName of another member's user in the connection; the
-- first hundred, as a list.
-- params: 1 connection_id text
-- row object: object json
select coalesce(json_agg(json_build_object('member_id', s.id, 'email', s.email, 'scim_user_id', s.user_id)), '[]') as object
from (select m.id, m.email, u.id as user_id
      from muster.connection c
      join muster.member m on m.organization_id = c.organization_id and m.email_key is not null
      join muster.scim_user u on u.organization_id = c.organization_id and u.connection_id = c.id and u.user_name_key = m.email_key
                                 and u.removed_at is null and u.member_id <> m.id
      where c.organization_id = muster.organization_id() and c.id = muster.uuid($1)
            and not exists (select from muster.scim_user o
                            where o.organization_id = c.organization_id and o.connection_id = c.id and o.member_id = m.id
                                  and o.removed_at is null)
      order by m.created_at, m.id
      limit 100) s
