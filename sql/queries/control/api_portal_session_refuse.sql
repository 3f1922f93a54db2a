-- Writes the event that a link was opened in vain, at most once a minute for a link.
-- params: 1 id uuid, 2 reason text, 3 event_id uuid? (null: any), 4 request_id uuid, 5 client_address text?
-- row: told void
with s as (
    update muster.portal_session s set refused_at = now()
    where s.organization_id = muster.organization_id() and s.id = $1::uuid
          and (s.refused_at is null or s.refused_at < now() - interval '1 minute')
    returning s.id, s.person
)
select muster.audit(muster.organization_id(), $3::uuid, 'portal.session.refused', null::uuid, 'portal_session', s.id,
                    jsonb_build_object('reason', $2::text, 'for', s.person), $4::uuid, $5) as told
from s
