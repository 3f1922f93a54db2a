-- How many live SCIM users and groups the organization has.
-- params: none
-- row: users bigint, groups bigint
select t.users, t.groups from muster.organization_totals(muster.organization_id()) t
