-- Which of several identities of users to be created is the first that something is known of: a live SCIM user with the
-- userName or the externalId, a removed one with the externalId or the email, a member with the email. Locks nothing:
-- what comes meanwhile is a duplicate when it is written.
-- params: 1 user_name_keys text[], 2 external_ids text[]? (null: none identifies), 3 email_keys text[]? (the same)
-- row: first bigint (from 1; null: nothing is known of any), users bigint (live SCIM users of the organization)
select (select min(k.n)
        from unnest($1::text[], $2::text[], $3::text[]) with ordinality k (user_name_key, external_id, email_key, n)
        where (select true from muster.scim_user u
               where u.organization_id = muster.organization_id() and u.connection_id = muster.connection_id()
                     and u.user_name_key = k.user_name_key and u.removed_at is null
               limit 1)
              or (select true from muster.scim_user u
                  where u.organization_id = muster.organization_id() and u.connection_id = muster.connection_id()
                        and u.external_id = k.external_id
                  limit 1)
              or (select true from muster.scim_user u
                  where u.organization_id = muster.organization_id() and u.connection_id = muster.connection_id()
                        and u.email_key = k.email_key and u.removed_at is not null
                  limit 1)
              or (select true from muster.member m
                  where m.organization_id = muster.organization_id() and m.email_key = k.email_key
                  limit 1)) as first,
       t.users
from muster.organization_totals(muster.organization_id()) t
