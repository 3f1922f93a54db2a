-- Frees a leaver's address: no link of the member, live or removed, is found by it any more. The links are locked
-- before (user_links_lock).
-- params: 1 member_id uuid
-- row: none
update muster.scim_user u set email_key = null
where u.organization_id = muster.organization_id() and u.member_id = $1::uuid and u.email_key is not null
