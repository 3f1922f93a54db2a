-- The row of an organization, for a change of it.
-- params: none
-- row: id uuid
select o.id from muster.organization o where o.id = muster.organization_id() and o.removed_at is null for no key update
