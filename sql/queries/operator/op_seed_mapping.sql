-- Lets the tenant's attribute mapping, if it has one, be applied to everybody again: it may read groups.
-- params: none
-- row: none
update muster.attribute_mapping m
set version = m.version + 1, requested_at = now(), finished_at = null, place = null, done = 0,
    total = (select t.users from muster.organization_totals(m.organization_id) t)
where m.organization_id = muster.organization_id()
