-- Lets the tenant's attribute mapping, if it has one, be applied to everybody again: it may read groups.
-- params: none
-- row: none
update muster.attribute_mapping m
set version = m.version + 1, requested_at = now(), finished_at = null, place = null, done = 0,
    total = (select coalesce(sum(u.users), 0) from muster.organization_usage u where u.organization_id = m.organization_id)
where m.organization_id = muster.organization_id()
