-- Stores a refused link for an administrator to decide.
-- params: 1 id uuid, 2 email_key text, 3 user_name text, 4 external_id text?, 5 member_id uuid
-- row: none
insert into muster.link_request (organization_id, id, connection_id, email_key, user_name, external_id, member_id)
values (muster.organization_id(), $1::uuid, muster.connection_id(), $2, $3, $4, $5::uuid)
on conflict on constraint link_request_email do nothing
