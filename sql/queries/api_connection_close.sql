-- Pauses a connection and revokes its tokens, for good.
-- params: 1 id uuid
-- row: revoked json
with c as (
    update muster.connection c set status = 'paused', rotation_token_id = null
    where c.organization_id = muster.organization_id() and c.id = $1::uuid
), gone as (
    update muster.token t set revoked_at = now()
    where t.organization_id = muster.organization_id() and t.connection_id = $1::uuid and t.revoked_at is null
    returning t
)
select coalesce((select json_agg(muster.object(gone.t)) from gone), '[]') as revoked
