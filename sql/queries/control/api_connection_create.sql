-- A new connection of an organization, and its event; members that the object does not have get their defaults.
-- params: 1 id uuid, 2 fields jsonb, 3 event_id uuid? (null: any), 4 request_id uuid, 5 client_address text?
-- row object: object json
-- row: told void
with c as (
    insert into muster.connection as c (organization_id, id, name, identity_provider, dialect, identity, email, linking, unknown_members,
                                        group_names, status)
    select muster.organization_id(), $1::uuid, coalesce(f.name, f.identity_provider), f.identity_provider, f.dialect, f.identity, f.email, f.linking,
           f.unknown_members, f.group_names, f.status
    from jsonb_to_record('{"identity_provider": "generic", "dialect": "lenient", "identity": "immutable", "email": "required",
                           "linking": "auto", "unknown_members": "refuse", "group_names": "unique", "status": "active"}'::jsonb || $2::jsonb)
         f (name text, identity_provider text, dialect text, identity text, email text, linking text, unknown_members text,
            group_names text, status text)
    returning c
), shown as materialized ( -- once for all that reads it
    select muster.object(c.c) as object from c
)
select s.object,
       muster.audit(muster.organization_id(), $3::uuid, 'scim.connection.created', $1::uuid, 'connection', $1::uuid,
                    jsonb_build_object('after', s.object::jsonb), $4::uuid, $5) as told
from shown s
