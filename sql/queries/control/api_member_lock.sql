-- Locks a member for a change.
-- params: 1 email_key text, 2 id text
-- row: id uuid
select m.id from muster.member m where m.organization_id = muster.organization_id() and (m.email_key = $1 or m.id = muster.uuid($2)) for no key update
