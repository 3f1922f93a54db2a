-- Has a claim looked up soon, but not within half a minute of the last lookup. No row: there is no such claim.
-- params: 1 id text
-- row object: object json
with c as (
    update muster.domain_claim c
    set next_check_at = least(c.next_check_at, greatest(now(), c.checked_at + interval '30 seconds'))
    where c.organization_id = muster.organization_id() and (c.id = muster.uuid($1) or c.ascii = $1)
    returning c
)
select muster.object(c.c) as object from c
