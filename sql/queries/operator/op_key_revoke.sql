-- Revokes an API key, and writes its event; a repetition changes nothing.
-- params: 1 id text, 2 request_id uuid
-- row object: object json
-- row: told void
with before as (
    select k.id, k.revoked_at from muster.api_key k where k.id = muster.uuid($1) for update
), changed as (
    update muster.api_key k set revoked_at = coalesce(k.revoked_at, now()) from before where k.id = before.id
    returning k, before.revoked_at is null as now
)
select muster.object(changed.k) as object,
       case when changed.now then
           muster.audit(coalesce((changed.k).organization_id, muster.installation()), $2::uuid, 'key.revoked', null, 'key',
                        (changed.k).id, muster.object(changed.k)::jsonb, $2::uuid, null) end as told
from changed
