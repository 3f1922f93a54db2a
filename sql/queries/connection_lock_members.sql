-- The connection's lock for a change of members: exclusive if one of the ids is a group, else shared.
-- params: 1 ids uuid[]
-- row: lock void
select case
           when exists (select from muster.scim_group g
                        where g.organization_id = muster.organization_id() and g.connection_id = muster.connection_id()
                              and g.id = any ($1::uuid[]))
           then pg_advisory_xact_lock(hashtextextended(muster.connection_id()::text, 0))
           else pg_advisory_xact_lock_shared(hashtextextended(muster.connection_id()::text, 0))
       end as lock
