-- A member who is not (yet) linked to any identity provider. 23505: member_email.
-- params: 1 id uuid, 2 organization_id uuid, 3 email text, 4 email_key text, 5 fields jsonb
-- row: object json
with m as (
    insert into muster.member (organization_id, id, email, email_key, first_name, last_name, display_name, organization_role)
    values ($2::uuid, $1::uuid, $3, $4, $5::jsonb ->> 'first_name', $5::jsonb ->> 'last_name', $5::jsonb ->> 'display_name',
            coalesce($5::jsonb ->> 'organization_role', 'org:member'))
    returning *
), e as (
    insert into muster.audit_event (organization_id, id, at, action, actor_type, target_type, target_id, data, request_id)
    select m.organization_id, m.id, now(), 'member.added', 'operator', 'member', m.id,
           jsonb_build_object('organization_role', m.organization_role), m.id
    from m
)
select json_build_object('id', m.id, 'email', m.email, 'first_name', m.first_name, 'last_name', m.last_name,
                         'display_name', m.display_name, 'status', m.status, 'organization_role', m.organization_role,
                         'public_metadata', m.public_metadata, 'external_id', m.external_id,
                         'teams', (select coalesce(json_agg(json_build_object('id', t.id, 'name', t.name) order by t.name), '[]')
                                   from muster.team_member tm
                                   join muster.team t on t.organization_id = tm.organization_id and t.id = tm.team_id
                                   where tm.organization_id = m.organization_id and tm.member_id = m.id),
                         'links', (select coalesce(json_agg(json_build_object('connection_id', u.connection_id, 'scim_user_id', u.id,
                                                                              'active', u.active) order by u.created_at), '[]')
                                   from muster.scim_user u
                                   where u.organization_id = m.organization_id and u.member_id = m.id and u.removed_at is null),
                         'created_at', muster.time_text(m.created_at)) as object from m
