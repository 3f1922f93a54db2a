-- Counts what was imported: live SCIM users and groups.
-- params: none
-- row: none
insert into muster.organization_usage (organization_id, slot, users, groups)
select muster.organization_id(), 0,
       (select count(*) from muster.scim_user u where u.organization_id = muster.organization_id() and u.removed_at is null),
       (select count(*) from muster.scim_group g where g.organization_id = muster.organization_id())
