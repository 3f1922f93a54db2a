-- Ends a claim, takes out the verified domain that it brought in, and writes the event. No row: there is no such claim.
-- params: 1 id text, 2 event_id uuid? (null: any), 3 request_id uuid, 4 client_address text?
-- row object: object json
-- row: told void
with gone as (
    delete from muster.domain_claim c
    where c.organization_id = muster.organization_id() and (c.id = muster.uuid($1) or c.ascii = $1)
    returning c, c.id, c.domain
), taken as (
    delete from muster.organization_domain d using gone
    where d.organization_id = muster.organization_id() and d.claim_id = gone.id
    returning d.domain
)
select muster.object(gone.c) as object,
       muster.audit(muster.organization_id(), $2::uuid, 'scim.domain.removed', null, 'domain_claim', gone.id,
                    jsonb_build_object('domain', gone.domain, 'taken_out', (select count(*) > 0 from taken)), $3::uuid, $4) as told
from gone
