-- Ends a connection's rotation: completed (every other token is revoked) or cancelled (the new one is). Writes one
-- event for each revoked token; the first one has the request's id.
-- params: 1 connection_id uuid, 2 complete boolean, 3 request_id uuid, 4 client_address text?
-- row object: object json
with c as (
    select c.id, c.rotation_token_id as token_id from muster.connection c
    where c.organization_id = muster.organization_id() and c.id = $1::uuid and c.rotation_token_id is not null
), ended as (
    update muster.connection x set rotation_token_id = null from c where x.organization_id = muster.organization_id() and x.id = c.id
), gone as (
    update muster.token t set revoked_at = now()
    from c
    where t.organization_id = muster.organization_id() and t.connection_id = c.id and t.revoked_at is null and (t.id <> c.token_id) = $2::boolean
    returning t
), shown as materialized ( -- once for all that reads them
    select (gone.t).id, (gone.t).last_used_at, muster.object(gone.t) as object, row_number() over (order by (gone.t).id) as n from gone
), told as (
    insert into muster.audit_event
    select e.*
    from (select s.id, s.object::jsonb as data, case when s.n = 1 then $3::uuid else muster.uuid7() end as event_id
          from shown s order by s.n) s
    cross join lateral muster.event(muster.organization_id(), s.event_id, now(),
                                    case when $2::boolean then 'scim.token.rotated' else 'scim.token.revoked' end, $1::uuid, 'token', s.id,
                                    s.data, $3::uuid, $4) e
)
select json_build_object('token', coalesce((select s.object from shown s where s.id = c.token_id), muster.object(t)),
                         'revoked', (select coalesce(json_agg(s.object order by s.n), '[]') from shown s),
                         'used_lately', exists (select from shown s where s.last_used_at > now() - interval '5 minutes')) as object
from c
join muster.token t on t.organization_id = muster.organization_id() and t.id = c.token_id
