-- Renames a team, and writes an event with the old and the new name if they differ. 23505: team_name.
-- params: 1 id uuid, 2 name text, 3 name_key text, 4 event_id uuid? (null: any), 5 request_id uuid,
--         6 client_address text?
-- row object: object json
-- row: told void
with before as (
    select t.id, t.name from muster.team t where t.organization_id = muster.organization_id() and t.id = $1::uuid for update
), changed as (
    update muster.team t
    set name = $2, name_key = $3, updated_at = now()
    from before
    where t.organization_id = muster.organization_id() and t.id = before.id
    returning t
)
select muster.object(changed.t) as object,
       case when before.name <> $2
            then muster.audit(muster.organization_id(), $4::uuid, 'team.updated', null, 'team', $1::uuid,
                              jsonb_build_object('before', jsonb_build_object('name', before.name),
                                                 'after', jsonb_build_object('name', $2)), $5::uuid, $6)
       end as told
from before, changed
