-- Whether the organization owns a domain.
-- params: 1 domain text?
-- row: verified boolean
select exists (select from muster.organization_domain d
               where d.organization_id = muster.organization_id() and d.domain = $1) as verified
