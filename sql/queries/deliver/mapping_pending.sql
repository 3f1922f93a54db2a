-- An organization whose attribute mapping is not applied to everybody yet, locked for this step: the next one in the
-- order of ids, and after the last the first. Those that another process has locked, and those that rest, are skipped.
-- params: 1 after uuid, 2 resting uuid[]
-- row: organization_id uuid, version bigint, place uuid, resets text, now_us bigint
select m.organization_id, m.version, m.place, m.resets, (extract(epoch from now()) * 1000000)::bigint as now_us
from muster.attribute_mapping m
where m.version <> m.applied_version and m.organization_id <> all ($2::uuid[])
order by m.organization_id <= $1::uuid, m.organization_id
limit 1
for no key update skip locked
