-- A new member. 23505: member_email.
-- params: 1 id uuid, 2 email text?, 3 email_key text?, 4 first_name text?, 5 last_name text?, 6 display_name text?,
--         7 external_id text?, 8 status text, 9 at timestamptz
-- row: none
insert into muster.member (organization_id, id, email, email_key, first_name, last_name, display_name, external_id, status,
                           created_at, updated_at)
values (muster.organization_id(), $1::uuid, $2, $3, $4, $5, $6, $7, $8, $9::timestamptz, $9::timestamptz)
