-- A member's new state; nothing is written if nothing differs. 23505: member_email.
-- params: 1 id uuid, 2 email text?, 3 email_key text?, 4 first_name text?, 5 last_name text?, 6 display_name text?,
--         7 external_id text?, 8 status text, 9 at timestamptz
-- row: none
update muster.member m
set email = $2, email_key = $3, first_name = $4, last_name = $5, display_name = $6, external_id = $7, status = $8,
    updated_at = $9::timestamptz
where m.organization_id = muster.organization_id() and m.id = $1::uuid
      and (m.email, m.email_key, m.first_name, m.last_name, m.display_name, m.external_id, m.status)
          is distinct from ($2, $3, $4, $5, $6, $7, $8)
