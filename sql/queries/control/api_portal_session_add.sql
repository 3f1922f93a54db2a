-- A new link to the portal, or an embedded session, which needs none; and its event.
-- params: 1 id uuid, 2 link_hash text? (hex; null: embedded), 3 hash text? (hex; null: a link),
--         4 fields jsonb (permissions, for, screens, return_url, allow_loosen_linking), 5 action text,
--         6 event_id uuid? (null: any), 7 request_id uuid, 8 client_address text?
-- row object: object json
-- row: told void
with s as (
    insert into muster.portal_session as s (organization_id, id, permissions, person, screens, return_url, allow_loosen_linking, link_hash,
                                            link_expires_at, hash, embedded, opened_at, used_at, expires_at)
    select muster.organization_id(), $1::uuid, coalesce(f.permissions, 'manage'), f."for", f.screens, f.return_url,
           coalesce(f.allow_loosen_linking, false), decode($2, 'hex'), case when $2::text is not null then now() + interval '10 minutes' end,
           decode($3, 'hex'), $3::text is not null, case when $3::text is not null then now() end, case when $3::text is not null then now() end,
           case when $3::text is not null then now() + interval '10 minutes' end
    from jsonb_to_record($4::jsonb) f (permissions text, "for" text, screens text[], return_url text, allow_loosen_linking boolean)
    returning s
), shown as materialized ( -- once for all that reads it
    select muster.object(s.s) as object from s
)
select w.object,
       muster.audit(muster.organization_id(), $6::uuid, $5, null::uuid, 'portal_session', $1::uuid, w.object::jsonb, $7::uuid, $8) as told
from shown w
