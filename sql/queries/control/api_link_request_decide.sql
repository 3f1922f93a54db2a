-- Approves or refuses a link request, and writes the event if it was not decided before. The decision applies to the
-- identity provider's next attempt. No row: there is no such request.
-- params: 1 id text, 2 status text, 3 event_id uuid? (null: any), 4 request_id uuid, 5 client_address text?
-- row object: object json
-- row: told void
with before as (
    select r.id, r.status from muster.link_request r where r.organization_id = muster.organization_id() and r.id = muster.uuid($1) for update
), changed as (
    update muster.link_request r set status = $2 from before where r.organization_id = muster.organization_id() and r.id = before.id returning r
), shown as materialized ( -- once for all that reads it
    select changed.r, before.status as before, muster.object(changed.r) as object from changed, before
)
select s.object,
       case when s.before <> $2
            then muster.audit(muster.organization_id(), $3::uuid, 'scim.link_request.' || $2, (s.r).connection_id, 'link_request', (s.r).id,
                              s.object::jsonb, $4::uuid, $5)
       end as told
from shown s
