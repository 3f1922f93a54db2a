-- A new secret of a webhook; the one before signs beside it for so many seconds.
-- params: 1 id text, 2 secret bytea (encrypted), 3 seconds integer
-- row object: object json
with w as (
    update muster.webhook_endpoint w
    set previous_secret = case when $3::integer > 0 then w.secret end,
        previous_secret_until = case when $3::integer > 0 then now() + make_interval(secs => $3::integer) end, secret = $2::bytea
    where w.organization_id = muster.webhook_owner() and w.id = muster.uuid($1) and w.removed_at is null
    returning w
)
select muster.object(w.w) as object from w
