-- Counts the live users and groups of an organization's connections anew (recount_usage()).
-- params: 1 organization_id uuid
-- row: done void
select muster.recount_usage($1::uuid) as done
