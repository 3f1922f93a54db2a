-- One member by folded email or id.
-- params: 1 email_key text? (null: by id), 2 id text
-- row object: object json
select muster.object(m) as object from muster.member m where m.organization_id = muster.organization_id() and (m.email_key = $1 or m.id = muster.uuid($2))
