-- Counts what was imported: live SCIM users and groups.
-- params: none
-- row: done void
select muster.recount_usage(muster.organization_id()) as done
