-- What an administrator decided about a link of this email.
-- params: 1 email_key text?
-- row: status text
select l.status
from muster.link_request l
where l.organization_id = muster.organization_id() and l.connection_id = muster.connection_id() and l.email_key = $1
