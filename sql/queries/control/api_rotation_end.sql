-- Ends a connection's rotation: completed (every other token is revoked) or cancelled (the new one is). No row: none
-- is under way.
-- params: 1 connection_id uuid, 2 complete boolean
-- row object: object json
-- row: valid boolean, used boolean (the new one, at least once), revoked json, used_lately boolean
with c as (
    select c.id, c.rotation_token_id as token_id from muster.connection c
    where c.organization_id = muster.organization_id() and c.id = $1::uuid and c.rotation_token_id is not null
    for no key update
), ended as (
    update muster.connection x set rotation_token_id = null from c where x.organization_id = muster.organization_id() and x.id = c.id
), gone as (
    update muster.token t set revoked_at = now()
    from c
    where t.organization_id = muster.organization_id() and t.connection_id = c.id and t.revoked_at is null and (t.id <> c.token_id) = $2::boolean
    returning t
)
select coalesce((select muster.object(gone.t) from gone where (gone.t).id = c.token_id), muster.object(t)) as object,
       t.revoked_at is null and (t.expires_at is null or t.expires_at > now()) as valid,
       t.last_used_at is not null as used,
       (select coalesce(json_agg(muster.object(gone.t)), '[]') from gone) as revoked,
       exists (select from gone where (gone.t).last_used_at > now() - interval '5 minutes') as used_lately
from c
join muster.token t on t.organization_id = muster.organization_id() and t.id = c.token_id
