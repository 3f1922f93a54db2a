-- Revokes a token; once more changes nothing. `now`: it was not before.
-- params: 1 id text
-- row object: object json
-- row: now boolean
with before as (
    select t.id, t.revoked_at from muster.token t
    where t.organization_id = muster.organization_id() and t.id = muster.uuid($1)
    for update
), changed as (
    update muster.token t set revoked_at = coalesce(t.revoked_at, now()) from before where t.id = before.id
    returning t
)
select muster.object(changed.t) as object, before.revoked_at is null as now from changed, before
