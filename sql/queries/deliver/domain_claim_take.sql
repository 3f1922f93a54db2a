-- Claims whose lookup is due, of any organization, leased to this worker for a minute. What another worker has is
-- skipped, and an organization that is being looked up in four claims already waits: its name servers may be slow.
-- params: 1 most bigint
-- row: organization_id uuid, id uuid, ascii text, value text
with due as (
    select c.organization_id, c.id
    from muster.domain_claim c
    where c.next_check_at <= now() and (c.leased_until is null or c.leased_until <= now())
          and (select count(*) from muster.domain_claim o where o.organization_id = c.organization_id and o.leased_until > now()) < 4
    order by c.next_check_at
    limit $1::bigint
    for update skip locked
)
update muster.domain_claim c
set leased_until = now() + interval '1 minute'
from due
where c.organization_id = due.organization_id and c.id = due.id
returning c.organization_id, c.id, c.ascii, c.value
