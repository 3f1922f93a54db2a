-- Erases the personal data of a member whose SCIM users have left: their rows stay with only ids and times. Also erases
-- the data of their events, and answers that are stored for an Idempotency-Key.
-- params: 1 member_id uuid
-- row: scim_users bigint, link_requests bigint, audit_events bigint
with u as (
    select u.id, u.user_name_key, u.former_user_name_key, u.email_key, u.external_id, u.resource::jsonb as resource
    from muster.scim_user u
    where u.organization_id = muster.organization_id() and u.member_id = $1::uuid
), requests as (
    delete from muster.link_request r
    where r.organization_id = muster.organization_id()
          and (r.member_id = $1::uuid or r.email_key in (select m.email_key from muster.member m
                                                         where m.organization_id = muster.organization_id() and m.id = $1::uuid))
    returning r.id, r.email_key, r.user_name
), texts as (
    select array_agg(distinct lower(t.value)) filter (where t.value like '%@%') as all
    from (select m.email from muster.member m where m.organization_id = muster.organization_id() and m.id = $1::uuid
          union all
          select m.email_key from muster.member m where m.organization_id = muster.organization_id() and m.id = $1::uuid
          union all
          select unnest(array[u.user_name_key, u.former_user_name_key, u.email_key, u.resource ->> 'userName']) from u
          union all
          select jsonb_path_query(u.resource, '$.emails[*].value') #>> '{}' from u
          union all
          select unnest(array[r.email_key, r.user_name]) from requests r) t (value)
), people as (
    update muster.member m
    set email = null, email_key = null, first_name = null, last_name = null, display_name = null, external_id = null,
        public_metadata = '{}', status = 'deactivated', updated_at = now()
    where m.organization_id = muster.organization_id() and m.id = $1::uuid
), users as (
    update muster.scim_user s
    set user_name_key = 'erased ' || s.id, former_user_name_key = null, external_id = null, external_id_unique = null, email_key = null, display_name = null,
        manager_id = null, folded = '{}', version = s.version + 1, modified_at = now(),
        resource = json_build_object('schemas', json_build_array('urn:ietf:params:scim:schemas:core:2.0:User'), 'id', s.id,
                                     'userName', 'erased ' || s.id, 'active', false)::text
    from u
    where s.organization_id = muster.organization_id() and s.id = u.id
    returning s.id
), emails as (
    delete from muster.scim_user_email e using u where e.organization_id = muster.organization_id() and e.user_id = u.id
), unique_values as (
    delete from muster.scim_unique_value v using u where v.organization_id = muster.organization_id() and v.resource_id = u.id
), groups as (
    delete from muster.scim_group_user g using u where g.organization_id = muster.organization_id() and g.user_id = u.id
    returning g.group_id
), counts as (
    update muster.scim_group g
    set member_count = g.member_count - gone.n
    from (select groups.group_id, count(*) as n from groups group by groups.group_id) gone
    where g.organization_id = muster.organization_id() and g.id = gone.group_id
), teams as (
    delete from muster.team_member t where t.organization_id = muster.organization_id() and t.member_id = $1::uuid
), parked as (
    delete from muster.team_member_parked p where p.organization_id = muster.organization_id() and p.member_id = $1::uuid
), problems as (
    delete from muster.connection_problem p using texts
    where p.organization_id = muster.organization_id()
          and (p.resource_id in (select u.id from u)
               or p.keys && array(select k.key from u cross join lateral
                                  (values ('n:' || u.user_name_key), ('n:' || u.former_user_name_key), ('x:' || u.external_id)) k (key))
               or exists (select from unnest(texts.all) t
                          where strpos(lower(concat_ws(' ', p.name, p.user_name, p.external_id, p.detail)), t) > 0))
), sessions as (
    update muster.portal_session s set person = null from texts
    where s.organization_id = muster.organization_id() and lower(s.person) = any(texts.all)
), answers as (
    delete from muster.idempotency_key k using texts
    where k.organization_id = muster.organization_id()
          and (strpos(k.body, $1::uuid::text) > 0 or exists (select from unnest(texts.all) t where strpos(lower(k.body), t) > 0))
)
select (select count(*) from users) as scim_users, (select count(*) from requests) as link_requests,
       muster.erase_events(muster.organization_id(),
                           array(select $1::uuid union all select u.id from u union all select r.id from requests r),
                           (select texts.all from texts)) as audit_events
