-- Has the organization's attribute mapping applied to everybody again, in the background.
-- params: none
-- row: none
insert into muster.mapping_again (organization_id) values (muster.organization_id())
