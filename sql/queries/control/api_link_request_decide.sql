-- Approves or refuses a link request; the identity provider's next attempt finds the decision.
-- params: 1 id text, 2 status text
-- row object: object json
-- row: before text
with before as (
    select r.id, r.status from muster.link_request r where r.organization_id = muster.organization_id() and r.id = muster.uuid($1) for update
), changed as (
    update muster.link_request r set status = $2 from before where r.organization_id = muster.organization_id() and r.id = before.id returning r
)
select muster.object(changed.r) as object, before.status as before from changed, before
