-- Whether anything is known of the identity of a user to be created: a live SCIM user with the userName or the
-- externalId, a removed one with the externalId or the email, a member with the email. Locks nothing: what comes
-- meanwhile is a duplicate when it is written. users_known asks the same of several.
-- params: 1 user_name_key text, 2 external_id text? (null: none), 3 email_key text? (null: none)
-- row: known boolean, users bigint (live SCIM users of the organization)
select coalesce((select true from muster.scim_user u
                 where u.organization_id = muster.organization_id() and u.connection_id = muster.connection_id()
                       and u.user_name_key = $1 and u.removed_at is null
                 limit 1)
                or (select true from muster.scim_user u
                    where u.organization_id = muster.organization_id() and u.connection_id = muster.connection_id()
                          and u.external_id = $2
                    limit 1)
                or (select true from muster.scim_user u
                    where u.organization_id = muster.organization_id() and u.connection_id = muster.connection_id()
                          and u.email_key = $3 and u.removed_at is not null
                    limit 1)
                or (select true from muster.member m
                    where m.organization_id = muster.organization_id() and m.email_key = $3
                    limit 1), false) as known,
       t.users
from muster.organization_totals(muster.organization_id()) t
