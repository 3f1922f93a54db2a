-- Removes a SCIM user and its email values: the row stays, so that the person is recognised when they come back.
-- params: 1 id uuid, 2 at timestamptz
-- row: none
with emails as (
    delete from muster.scim_user_email e where e.organization_id = muster.organization_id() and e.user_id = $1::uuid
)
update muster.scim_user u
set removed_at = $2::timestamptz, modified_at = $2::timestamptz, active = false, version = u.version + 1
where u.organization_id = muster.organization_id() and u.connection_id = muster.connection_id() and u.id = $1::uuid
