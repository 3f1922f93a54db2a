-- A member who is not (yet) linked to any identity provider. 23505: member_email.
-- params: 1 id uuid, 2 email text, 3 email_key text, 4 fields jsonb?
-- row object: object json
with m as (
    insert into muster.member as m (organization_id, id, email, email_key, first_name, last_name, display_name, organization_role)
    values (muster.organization_id(), $1::uuid, $2, $3, $4::jsonb ->> 'first_name', $4::jsonb ->> 'last_name', $4::jsonb ->> 'display_name',
            coalesce($4::jsonb ->> 'organization_role', 'org:member'))
    returning m
)
select muster.object(m.m) as object from m
