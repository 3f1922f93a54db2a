-- Ends a session of the portal, the one that asks, or every one of the organization, and writes an event for each. A
-- repetition changes nothing.
-- params: 1 id text? (null: see own), 2 own boolean (true: the session that asks; false: every one),
--         3 event_id uuid? (null: any), 4 request_id uuid, 5 client_address text?
-- row object: object json
-- row: told void
with found as (
    select s.id, s.ended_at from muster.portal_session s
    where s.organization_id = muster.organization_id()
          and case when $1::text is not null then s.id = muster.uuid($1) when $2::boolean then s.id = muster.actor_id() else s.ended_at is null end
    for update
), changed as (
    update muster.portal_session s set ended_at = coalesce(s.ended_at, now()) from found
    where s.organization_id = muster.organization_id() and s.id = found.id
    returning s
), shown as materialized ( -- once for all that reads it
    select (changed.s).id, found.ended_at, row_number() over () as place, muster.object(changed.s) as object
    from changed join found on found.id = (changed.s).id
)
select w.object,
       case when w.ended_at is null
            then muster.audit(muster.organization_id(), case when w.place = 1 then $3::uuid end, 'portal.session.ended', null::uuid,
                              'portal_session', w.id, w.object::jsonb, $4::uuid, $5)
       end as told
from shown w
