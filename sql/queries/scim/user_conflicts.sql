-- What is known of the identity of a user to be created, behind the statements that lock its rows: whether a live SCIM
-- user of the connection has the userName or the externalId already; how many live SCIM users the member with the email
-- has, active ones and in this connection; how many the organization has; whether it owns the domain; what an
-- administrator decided about a link of the email.
-- params: 1 user_name_key text, 2 external_id_unique text? (null: none), 3 email_key text?, 4 domain text?
-- row: user_name boolean, external_id boolean, active bigint, here bigint, users bigint, verified boolean,
--      request text (null: there is none)
select exists (select from muster.scim_user u
               where u.organization_id = muster.organization_id() and u.connection_id = muster.connection_id()
                     and u.user_name_key = $1 and u.removed_at is null) as user_name,
       exists (select from muster.scim_user u
               where u.organization_id = muster.organization_id() and u.connection_id = muster.connection_id()
                     and u.external_id_unique = $2 and u.removed_at is null) as external_id,
       l.active, l.here, t.users,
       exists (select from muster.organization_domain d
               where d.organization_id = muster.organization_id() and d.domain = $4) as verified,
       (select r.status from muster.link_request r
        where r.organization_id = muster.organization_id() and r.connection_id = muster.connection_id() and r.email_key = $3) as request
from muster.organization_totals(muster.organization_id()) t
cross join (select count(*) filter (where u.active) as active,
                   count(*) filter (where u.connection_id = muster.connection_id()) as here
            from muster.member m
            cross join lateral (select s.active, s.connection_id from muster.scim_user s
                                where s.organization_id = muster.organization_id() and s.member_id = m.id and s.removed_at is null
                                offset 0 /* each by its index */) u
            where m.organization_id = muster.organization_id() and m.email_key = $3) l
