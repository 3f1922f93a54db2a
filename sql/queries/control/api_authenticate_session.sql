-- Authenticates a session of the portal, or its link; no row: it is unknown or has ended. Sets the tenant of the
-- transaction (see muster.authenticate_session).
-- params: 1 hash text (hex), 2 organization text? (slug or id; null: its own), 3 link boolean, 4 changes boolean
-- row caller: key_id uuid, bound boolean, scopes text, organization_id uuid
-- row: screens text, state text, opened_at text, loosen boolean
select * from muster.authenticate_session(decode($1, 'hex'), $2, $3::boolean, $4::boolean)
