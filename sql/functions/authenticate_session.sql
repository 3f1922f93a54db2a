create or replace function muster.authenticate_session(presented bytea, organization text, link boolean, changes boolean)
    returns table (key_id uuid, bound boolean, scopes text, organization_id uuid, screens text, state text, opened_at text,
                   loosen boolean)
    language plpgsql volatile security definer
    set search_path = pg_catalog, pg_temp
    as $$
declare
    s muster.portal_session;
    slug text;
    now_is text := 'live';
begin
    if link then
        select * into s from muster.portal_session p where p.link_hash = presented for update;
    else
        select * into s from muster.portal_session p where p.hash = presented;
    end if;
    if not found then
        return;
    end if;
    select o.slug into slug from muster.organization o where o.id = s.organization_id and o.removed_at is null;
    if not found then
        return;
    end if;
    if link then
        now_is := case when s.opened_at is not null then 'opened'
                       when s.ended_at is not null or s.link_expires_at <= now() then 'expired' else 'live' end;
    elsif s.ended_at is not null or muster.portal_idle_end(s.organization_id, s.used_at, s.expires_at) <= now() then
        return;
    elsif changes and s.used_at < now() - interval '10 seconds' then
        update muster.portal_session p set used_at = now() where p.organization_id = s.organization_id and p.id = s.id;
    end if;
    perform set_config('muster.actor_type', 'session', true), set_config('muster.actor_id', s.id::text, true);
    if organization is null or organization = slug or muster.uuid(organization) = s.organization_id then
        perform set_config('muster.organization', s.organization_id::text, true);
    end if;
    return query select s.id, true,
        case s.permissions when 'manage' then 'provisioning:read audit:read provisioning:manage webhooks:manage'
                           else 'provisioning:read audit:read' end,
        muster.organization_id(),
        array_to_string(coalesce(s.screens, '{provisioning,mapping,domains,members,teams,audit,settings}'), ' '), now_is,
        muster.time_text(s.opened_at), s.allow_loosen_linking;
end
$$;

comment on function muster.authenticate_session(bytea, text, boolean, boolean) is
'Authenticates a session of the portal, or the link that becomes one, for an organization. If that is another one, no
tenant is set. A session is never more than its organization and its permission.
Parameters: presented: SHA-256 of the secret; organization: slug or id, null: the session''s own; link: it is the secret
of a link; changes: the request is a change, which keeps the session alive.
Returns: as authenticate_key(), with the screens that are shown, the state of a link (live, opened, expired), when it
was opened, and whether linking may be loosened; no row: the secret is unknown, or the session has ended.
Locks: the row of a link, so that it opens once.
Called by: api_authenticate_session.';

revoke all on function muster.authenticate_session(bytea, text, boolean, boolean) from public;
grant execute on function muster.authenticate_session(bytea, text, boolean, boolean) to muster_admin;
