-- Notes what a lookup found. The first proof makes the domain a verified one of the organization, in both of its forms,
-- unless it is one already. A proof that is gone is told, and undoes nothing; no answer is no news. The next lookup is
-- in five minutes while the claim is younger than a day and unproved, else in a day. No row: the claim is gone, or
-- somebody is just changing it, and it is looked up again when the lease ends.
-- params: 1 id uuid, 2 answer text, 3 request_id uuid
-- row: state text, told void
with before as (
    select c.id, c.state, c.verified_at, c.created_at,
           case when $2 = 'found' then 'verified' when c.state = 'verified' and $2 in ('not_found', 'other_value') then 'lost' else c.state end as now_is
    from muster.domain_claim c
    where c.organization_id = muster.organization_id() and c.id = $1::uuid
    for update skip locked
), after as (
    update muster.domain_claim c
    set state = before.now_is, answer = $2, checked_at = now(), leased_until = null,
        verified_at = case when before.now_is = 'verified' then coalesce(c.verified_at, now()) else c.verified_at end,
        lost_at = case when before.now_is = before.state then c.lost_at when before.now_is = 'lost' then now() end,
        next_check_at = now() + case when before.now_is = 'waiting' and c.created_at > now() - interval '1 day' then interval '5 minutes'
                                     else interval '1 day' end
    from before
    where c.organization_id = muster.organization_id() and c.id = before.id
    returning c, c.domain, c.ascii
), brought as (
    insert into muster.organization_domain (organization_id, domain, claim_id)
    select distinct muster.organization_id(), d.domain, $1::uuid
    from after
    cross join before
    cross join lateral (values (after.domain), (after.ascii)) d (domain)
    where before.verified_at is null and before.now_is = 'verified'
    on conflict do nothing
)
select before.now_is as state,
       case when before.now_is <> before.state
            then muster.audit(muster.organization_id(), null, case before.now_is when 'lost' then 'scim.domain.lost' else 'scim.domain.verified' end, null, 'domain_claim', $1::uuid,
                              jsonb_build_object('domain', after.domain, 'claimed_by', muster.object(after.c) -> 'claimed_by'), $3::uuid, null)
       end as told
from before, after
