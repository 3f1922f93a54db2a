create or replace function muster.admit(presented bytea, asked uuid, client text, signs boolean) returns text
    language plpgsql volatile security definer
    set search_path = pg_catalog, pg_temp
    as $$
declare
    organization text;
    connection text;
    finding text;
    facts text;
    cursor_key text := '-';
    noted text := '-';
begin
    -- One row, given as one text: each further table, and each ten columns, cost as much as a row of a user.
    select t.organization_id::text, t.connection_id::text,
           case when t.revoked_at is not null or t.expires_at <= now() then 'ended'
                when t.allowed_addresses is not null and not coalesce(client::inet <<= any (t.allowed_addresses), false) then 'address'
                when asked <> t.connection_id then 'connection'
                when t.last_used_at >= now() - case when t.watched_until > now() then interval '2 seconds' else interval '1 minute' end
                     and t.last_used_address is not distinct from client then null
                else 'due' end,
           t.id || ' ' || t.scope || ' ' || coalesce(t.rate::text, '-') || ' ' || coalesce(t.burst::text, '-') || ' ' || t.organization_id
           || ' ' || t.connection_id || ' ' || (date_part('epoch', now()) * 1000000)::bigint || ' ' || t.of_connection || ' '
           || t.of_organization
    into organization, connection, finding, facts
    from muster.token t
    where t.hash = presented;
    if not found or finding = 'ended' then
        return null;
    elsif finding in ('address', 'connection') then
        return finding;
    elsif finding = 'due' then
        update muster.token set last_used_at = now(), last_used_address = client
        where token.id = (select u.id from muster.token u where u.hash = presented for update skip locked);
        select concat_ws('+', 'due', c.troubled) into noted
        from muster.connection c
        where c.organization_id = organization::uuid and c.id = connection::uuid;
    end if;
    -- Assignments, which are not statements of their own.
    organization := set_config('muster.organization', organization, true);
    connection := set_config('muster.connection', connection, true);
    if signs then
        select encode(sha256(s.value || uuid_send(connection::uuid)), 'hex') into cursor_key
        from muster.secret s where s.name = 'cursor';
    end if;
    return facts || ' ' || cursor_key || ' ' || noted;
end
$$;

comment on function muster.admit(bytea, uuid, text, boolean) is
'Authenticates a token for a read, as authenticate_token() does for a write: the tenant is set, but no actor, since a read has
no events; nothing is locked.
Parameters: presented: SHA-256 of the token; asked: the connection that the URL names, null: none; client: address;
signs: the key of this connection''s cursors is wanted.
Returns: null: the token is invalid; address, connection: it may not be used from there, or is another connection''s, and
no tenant is set; else words, - for null: the token''s id, scope, rate and burst, ids of organization and connection, the
time in microseconds, what the token keeps of both (keep_settings()), the key, and due, due+troubled as authenticate_token().
Locks: the token''s row, if it is free.
Called by: the statement admit.';

revoke all on function muster.admit(bytea, uuid, text, boolean) from public;
grant execute on function muster.admit(bytea, uuid, text, boolean) to muster_scim;
