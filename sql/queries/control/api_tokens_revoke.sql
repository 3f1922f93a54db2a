-- Revokes all tokens of an organization or of one connection, and writes one event for each; the first one has the
-- request's id.
-- params: 1 connection_id uuid? (null: all), 2 request_id uuid, 3 client_address text?
-- row: id uuid, told void
with gone as (
    update muster.token t set revoked_at = now()
    where t.organization_id = muster.organization_id() and t.revoked_at is null
      and ($1::uuid is null or t.connection_id = $1::uuid)
    returning t
), numbered as (
    select gone.t, row_number() over (order by (gone.t).id) as n from gone
)
select (g.t).id,
       muster.audit(muster.organization_id(), case when g.n = 1 then $2::uuid end, 'scim.token.revoked', (g.t).connection_id, 'token',
                    (g.t).id, muster.object(g.t)::jsonb, $2::uuid, $3) as told
from numbered g
