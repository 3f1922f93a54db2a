-- Stores how far this version of the organization's mapping is applied, and after the first users how many there are.
-- params: 1 version bigint, 2 place uuid?, 3 more bigint, 4 finished boolean
-- row: none
update muster.attribute_mapping m
set place = coalesce($2::uuid, m.place), done = m.done + $3::bigint,
    total = case when m.place is null then
                (select count(*) from muster.scim_user u where u.organization_id = muster.organization_id() and u.removed_at is null)
            else m.total end,
    applied_version = case when $4::boolean then m.version else m.applied_version end,
    resets = case when $4::boolean then '' else m.resets end, finished_at = case when $4::boolean then now() end
where m.organization_id = muster.organization_id() and m.version = $1::bigint
