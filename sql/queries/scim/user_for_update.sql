-- A live SCIM user, locked until the end of the transaction, with what a change needs to know.
-- params: 1 id uuid, 2 base_url text
-- row: id uuid, member_id uuid, version bigint, active boolean, user_name_key text, email_key text, former_user_name_key text, resource text, created text, modified text, modified_us bigint, groups text
select u.id, u.member_id, u.version, u.active, u.user_name_key, u.email_key, u.former_user_name_key, u.resource,
       muster.time_text(u.created_at) as created, muster.time_text(u.modified_at) as modified,
       (extract(epoch from u.modified_at) * 1000000)::bigint as modified_us,
       (select json_agg(json_build_object('value', x.id, '$ref', $2 || '/Groups/' || x.id, 'display', x.display_name,
                                          'type', x.type) order by x.type, x.id)::text
        from muster.groups_of_user(u.id) x)
           as groups
from muster.scim_user u
where u.organization_id = muster.organization_id() and u.connection_id = muster.connection_id() and u.id = $1::uuid
      and u.removed_at is null
for update of u
