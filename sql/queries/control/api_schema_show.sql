-- One extension schema by its URN.
-- params: 1 urn text
-- row object: object json
select muster.object(x) as object from muster.extension_schema x where x.organization_id = muster.organization_id() and x.urn_key = lower($1)
