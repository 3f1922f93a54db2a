-- Revokes all tokens of an organization, and tells it, one event each; the first one has the request's id.
-- params: 1 request_id uuid, 2 client_address text
-- row: id uuid, told void
with gone as (
    update muster.token t set revoked_at = now()
    where t.organization_id = muster.organization_id() and t.revoked_at is null
    returning t
), numbered as (
    select gone.t, row_number() over (order by (gone.t).id) as n from gone
)
select (g.t).id,
       muster.audit(muster.organization_id(), case when g.n = 1 then $1::uuid end, 'scim.token.revoked', (g.t).connection_id, 'token',
                    (g.t).id, muster.object(g.t)::jsonb, $1::uuid, $2) as told
from numbered g
