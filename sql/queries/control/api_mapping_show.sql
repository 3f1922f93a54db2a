-- An organization's attribute mapping and how far it is applied; no row: it has the defaults.
-- params: none
-- row mapping_state: mapping text, version bigint, applied_version bigint, done bigint, total bigint,
--                    requested_at text, finished_at text
select m.mapping, m.version, m.applied_version, m.done, m.total, muster.time_text(m.requested_at) as requested_at,
       muster.time_text(m.finished_at) as finished_at
from muster.attribute_mapping m
where m.organization_id = muster.organization_id()
