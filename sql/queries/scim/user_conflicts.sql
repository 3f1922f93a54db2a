-- Whether a live SCIM user of the connection has the userName or the externalId already.
-- params: 1 user_name_key text, 2 external_id_unique text? (null: none)
-- row: user_name boolean, external_id boolean
select exists (select from muster.scim_user u
               where u.organization_id = muster.organization_id() and u.connection_id = muster.connection_id()
                     and u.user_name_key = $1 and u.removed_at is null) as user_name,
       exists (select from muster.scim_user u
               where u.organization_id = muster.organization_id() and u.connection_id = muster.connection_id()
                     and u.external_id_unique = $2 and u.removed_at is null) as external_id
