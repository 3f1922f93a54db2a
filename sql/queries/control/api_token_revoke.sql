-- Revokes a token, and writes its event; a repetition changes nothing. No row: there is no such token.
-- params: 1 id text, 2 event_id uuid? (null: any), 3 request_id uuid, 4 client_address text?
-- row object: object json
-- row: told void
with before as (
    select t.id, t.revoked_at from muster.token t
    where t.organization_id = muster.organization_id() and t.id = muster.uuid($1)
    for update
), changed as (
    update muster.token t set revoked_at = coalesce(t.revoked_at, now()) from before where t.id = before.id
    returning t
), shown as materialized ( -- once for all that reads it
    select changed.t, before.revoked_at, muster.object(changed.t) as object from changed, before
)
select s.object,
       case when s.revoked_at is null
            then muster.audit(muster.organization_id(), $2::uuid, 'scim.token.revoked', (s.t).connection_id, 'token', (s.t).id,
                              s.object::jsonb, $3::uuid, $4)
       end as told
from shown s
