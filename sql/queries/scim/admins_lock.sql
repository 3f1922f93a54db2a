-- A lock for taking the role org:admin from members of this organization, one transaction at a time.
-- params: none
-- row: lock void
select pg_advisory_xact_lock(hashtextextended('muster.admins ' || muster.organization_id()::text, 0)) as lock
