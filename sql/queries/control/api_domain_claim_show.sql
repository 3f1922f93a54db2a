-- One domain claim by id or domain.
-- params: 1 id text
-- row object: object json
select muster.object(c) as object from muster.domain_claim c
where c.organization_id = muster.organization_id() and (c.id = muster.uuid($1) or c.ascii = $1)
