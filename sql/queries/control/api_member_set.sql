-- Changes what the object names. Answers with what was, too.
-- params: 1 id uuid, 2 changes jsonb
-- row: before json
-- row object: object json
with before as (
    select m.id, muster.object(m) as object from muster.member m where m.organization_id = muster.organization_id() and m.id = $1::uuid for no key update
), changed as (
    update muster.member m
    set (first_name, last_name, display_name, organization_role, updated_at) =
        (select r.first_name, r.last_name, r.display_name, r.organization_role, now() from jsonb_populate_record(m, $2::jsonb) r)
    from before
    where m.organization_id = muster.organization_id() and m.id = before.id
    returning m
)
select before.object as before, muster.object(changed.m) as object from before, changed
