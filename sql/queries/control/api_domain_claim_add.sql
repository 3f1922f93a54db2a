-- Claims a domain, and writes the event. The first lookup is due at once. 23505: domain_claim_domain.
-- params: 1 id uuid, 2 domain text, 3 ascii text, 4 value text, 5 event_id uuid? (null: any), 6 request_id uuid,
--         7 client_address text?
-- row object: object json
-- row: told void
with c as (
    insert into muster.domain_claim as c (organization_id, id, domain, ascii, value, claimed_by_type, claimed_by_id)
    values (muster.organization_id(), $1::uuid, $2, $3, $4, muster.actor_type(), muster.actor_id())
    returning c
)
select muster.object(c.c) as object,
       muster.audit(muster.organization_id(), $5::uuid, 'scim.domain.claimed', null, 'domain_claim', $1::uuid, jsonb_build_object('domain', $2),
                    $6::uuid, $7) as told
from c
