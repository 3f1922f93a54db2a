create or replace function muster.known_token(presented bytea, beginning text)
    returns table (token_id uuid, organization_id uuid, connection_id uuid, reason text)
    language plpgsql stable security definer
    set search_path = pg_catalog, pg_temp
    as $$
begin
    if presented is not null then
        select t.id, t.organization_id, t.connection_id,
               case when t.revoked_at is not null then 'revoked' when t.expires_at <= now() then 'expired' end
        into token_id, organization_id, connection_id, reason
        from muster.token t where t.hash = presented;
    else
        select min(t.id::text)::uuid, min(t.organization_id::text)::uuid, min(t.connection_id::text)::uuid
        into token_id, organization_id, connection_id
        from muster.token t where t.prefix = beginning
        having count(*) = 1;
    end if;
    if token_id is not null then
        return next;
    end if;
end
$$;

comment on function muster.known_token(bytea, text) is
'Whose token stood in a header that was refused, valid or not.
Parameters: presented: SHA-256 of the token, null: it was not complete; beginning: then the characters that are shown of
it; if two tokens begin so, it is nobody''s.
Returns: the token, its organization and connection, and whether it is revoked or expired; no row: there is none.
Locks: none.
Called by: token_known.';

revoke all on function muster.known_token(bytea, text) from public;
grant execute on function muster.known_token(bytea, text) to muster_scim;
