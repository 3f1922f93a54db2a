-- Events of an organization that wait for their place in the chain: how many, and some that no longer exist.
-- params: 1 organization_id uuid, 2 limit bigint
-- row: waiting bigint, gone uuid (null: none)
with w as materialized (
    select p.event_id, p.at from muster.audit_pending p where p.organization_id = $1::uuid
), gone as (
    select w.event_id
    from w
    left join lateral (select true as here from muster.audit_event e
                       where e.organization_id = $1::uuid and e.id = w.event_id and e.at = w.at
                       offset 0 /* each by its key */) e on true
    where e.here is null
    limit $2::bigint
)
select n.waiting, gone.event_id as gone
from (select count(*) as waiting from w) n
left join gone on true
