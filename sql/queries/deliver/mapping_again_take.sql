-- Begins anew with the mapping of an organization that a request wants to be applied to everybody again: not before it
-- came to the end, or those behind its place would wait as long as there are such requests. One whose mapping another
-- process is working on is left for later.
-- params: none
-- row: none
with due as (
    select m.organization_id
    from muster.attribute_mapping m
    where m.organization_id in (select a.organization_id from muster.mapping_again a)
          and (m.version = m.applied_version or m.place is null)
    order by m.organization_id
    limit 1
    for no key update skip locked
), gone as (
    delete from muster.mapping_again a using due d where a.organization_id = d.organization_id
)
update muster.attribute_mapping m
set applied_version = least(m.applied_version, m.version - 1), place = null, done = 0, requested_at = now(), finished_at = null
from due d
where m.organization_id = d.organization_id
