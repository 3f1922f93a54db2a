-- Whether the organization's last org:admin keeps the role.
-- params: none
-- row: protect_last_admin boolean
select o.protect_last_admin from muster.organization o where o.id = muster.organization_id()
