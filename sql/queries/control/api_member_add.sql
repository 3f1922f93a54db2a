-- A member who is not (yet) linked to any identity provider, and its event. 23505: member_email.
-- params: 1 id uuid, 2 email text, 3 email_key text, 4 fields jsonb?, 5 event_id uuid? (null: any),
--         6 request_id uuid, 7 client_address text?
-- row object: object json
-- row: told void
with m as (
    insert into muster.member as m (organization_id, id, email, email_key, first_name, last_name, display_name, organization_role)
    values (muster.organization_id(), $1::uuid, $2, $3, $4::jsonb ->> 'first_name', $4::jsonb ->> 'last_name', $4::jsonb ->> 'display_name',
            coalesce($4::jsonb ->> 'organization_role', 'org:member'))
    returning m
)
select muster.object(m.m) as object,
       muster.audit(muster.organization_id(), $5::uuid, 'member.added', null, 'member', $1::uuid,
                    jsonb_build_object('organization_role', (m.m).organization_role), $6::uuid, $7) as told
from m
