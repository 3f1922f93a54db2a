-- Makes a session of a link, and writes its event.
-- params: 1 id uuid, 2 hash text (hex), 3 event_id uuid? (null: any), 4 request_id uuid, 5 client_address text?
-- row object: object json
-- row: told void
with s as (
    update muster.portal_session s
    set hash = decode($2, 'hex'), opened_at = now(), used_at = now(), expires_at = now() + interval '8 hours'
    where s.organization_id = muster.organization_id() and s.id = $1::uuid and s.opened_at is null
    returning s
), shown as materialized ( -- once for all that reads it
    select muster.object(s.s) as object from s
)
select w.object,
       muster.audit(muster.organization_id(), $3::uuid, 'portal.session.created', null::uuid, 'portal_session', $1::uuid, w.object::jsonb,
                    $4::uuid, $5) as told
from shown w
