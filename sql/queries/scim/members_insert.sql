-- New members. 23505: member_email.
-- params: 1 ids uuid[], 2 emails text[]?, 3 email_keys text[]?, 4 first_names text[]?, 5 last_names text[]?,
--         6 display_names text[]?, 7 external_ids text[]?, 8 statuses text[], 9 at timestamptz
-- row: none
insert into muster.member (organization_id, id, email, email_key, first_name, last_name, display_name, external_id, status,
                           created_at, updated_at)
select muster.organization_id(), n.id, n.email, n.email_key, n.first_name, n.last_name, n.display_name, n.external_id, n.status,
       $9::timestamptz, $9::timestamptz
from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[])
     n (id, email, email_key, first_name, last_name, display_name, external_id, status)
