-- Whoever takes the role org:admin from somebody of this organization does it alone.
-- params: none
-- row: lock void
select pg_advisory_xact_lock(hashtextextended('muster.admins ' || muster.organization_id()::text, 0)) as lock
