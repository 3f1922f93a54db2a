-- How many domains the organization claims.
-- params: none
-- row: claims bigint
select count(*) as claims from muster.domain_claim c where c.organization_id = muster.organization_id()
