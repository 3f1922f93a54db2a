-- An organization whose attribute mapping is not applied to everybody yet, locked for this step; those that another
-- process has locked are skipped.
-- params: none
-- row: organization_id uuid, version bigint, place uuid, resets text, now_us bigint
select m.organization_id, m.version, m.place, m.resets, (extract(epoch from now()) * 1000000)::bigint as now_us
from muster.attribute_mapping m
where m.version <> m.applied_version
order by m.requested_at
limit 1
for no key update skip locked
