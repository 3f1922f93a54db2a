-- Changes the members that the object has, and writes an event with the old and the new state if they differ.
-- params: 1 id uuid, 2 changes jsonb, 3 event_id uuid? (null: any), 4 request_id uuid, 5 client_address text?
-- row object: object json
-- row: told void
with before as (
    select m.id, muster.object(m) as object from muster.member m where m.organization_id = muster.organization_id() and m.id = $1::uuid for no key update
), changed as (
    update muster.member m
    set (first_name, last_name, display_name, organization_role, updated_at) =
        (select r.first_name, r.last_name, r.display_name, r.organization_role, now() from jsonb_populate_record(m, $2::jsonb) r)
    from before
    where m.organization_id = muster.organization_id() and m.id = before.id
    returning m
), shown as materialized ( -- once for all that reads them
    select before.object::jsonb as before, muster.object(changed.m) as object from before, changed
)
select s.object,
       case when s.before <> s.object::jsonb
            then muster.audit(muster.organization_id(), $3::uuid,
                              case when s.before ->> 'organization_role' is distinct from s.object ->> 'organization_role'
                                   then 'member.role_changed' else 'member.updated' end,
                              null, 'member', $1::uuid, jsonb_build_object('before', s.before, 'after', s.object::jsonb), $4::uuid, $5)
       end as told
from shown s
