create or replace function muster.denied_token(presented bytea, why text, told boolean, request uuid, client text)
    returns table (token_id uuid, organization_id uuid, connection_id uuid, reason text)
    language plpgsql volatile security definer
    set search_path = pg_catalog, pg_temp
    as $$
declare
    t muster.token;
begin
    select * into t from muster.token where token.hash = presented;
    reason := coalesce(why, case when t.revoked_at is not null then 'revoked' when t.expires_at <= now() then 'expired' end);
    if t.id is null or reason is null then
        return;
    end if;
    token_id := t.id;
    organization_id := t.organization_id;
    connection_id := t.connection_id;
    if told then
        insert into muster.audit_event
        select * from muster.event(t.organization_id, request, now(), 'scim.token.denied', t.connection_id, 'token', t.id,
                                   jsonb_build_object('reason', reason, 'name', t.name, 'prefix', t.prefix), request, client,
                                   'token', t.id);
    end if;
    return next;
end
$$;

comment on function muster.denied_token(bytea, text, boolean, uuid, text) is
'If the denied token exists: its owner and the reason, and optionally an event.
Parameters: presented: SHA-256 of the token; why: null: by the token''s own state; told: write an event; request: id
of the request and of the event; client: address.
Returns: the token, its connection, the reason; no row: there is no such token, or it is valid.
Locks: none.
Called by: token_denied.';

revoke all on function muster.denied_token(bytea, text, boolean, uuid, text) from public;
grant execute on function muster.denied_token(bytea, text, boolean, uuid, text) to muster_scim;
