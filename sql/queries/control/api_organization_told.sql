-- The organization after a change, and its event: the old and the new state if they differ, or a new organization.
-- params: 1 before jsonb? (null: it is new), 2 event_id uuid? (null: any), 3 request_id uuid, 4 client_address text?
-- row object: object json
-- row: told void
with shown as materialized ( -- once for all that reads it
    select o.id, muster.object(o) as object from muster.organization o where o.id = muster.organization_id()
)
select s.object,
       case when $1::jsonb is null
            then muster.audit(s.id, $2::uuid, 'organization.created', null, 'organization', s.id, s.object::jsonb, $3::uuid, $4)
            when $1::jsonb <> s.object::jsonb
            then muster.audit(s.id, $2::uuid, 'organization.updated', null, 'organization', s.id,
                              jsonb_build_object('before', $1::jsonb, 'after', s.object::jsonb), $3::uuid, $4)
       end as told
from shown s
