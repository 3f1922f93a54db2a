create or replace function muster.authenticate(presented bytea, asked uuid, client text, locked text, ids uuid[], whole uuid)
    returns table (token_id uuid, matches boolean, allowed boolean, scope text, token_rate integer, token_burst integer,
                   cursor_key text, organization_id uuid, connection_id uuid, dialect text, identity text, email text,
                   linking text, unknown_members text, group_names text, status text, max_users integer, max_groups integer,
                   max_group_members integer, rate integer, burst integer, now_us bigint, schema_version bigint)
    language plpgsql volatile security definer
    set search_path = pg_catalog, pg_temp
    as $$
declare
    t muster.token;
    good boolean;
begin
    select * into t from muster.token where token.hash = presented;
    if not found or t.revoked_at is not null or t.expires_at <= now() then
        return;
    end if;
    good := t.allowed_addresses is null or coalesce(client::inet <<= any (t.allowed_addresses), false);
    if not good or asked <> t.connection_id then
        return query select t.id, coalesce(asked = t.connection_id, true), good, null::text, null::integer, null::integer,
            null::text, t.organization_id, t.connection_id, null::text, null::text, null::text, null::text, null::text,
            null::text, null::text, null::integer, null::integer, null::integer, null::integer, null::integer, null::bigint,
            null::bigint;
        return;
    end if;
    if t.last_used_at is null or t.last_used_at < now() - interval '1 minute' or t.last_used_address is distinct from client then
        update muster.token set last_used_at = now(), last_used_address = client
        where token.id = (select u.id from muster.token u where u.id = t.id for update skip locked);
    end if;
    perform set_config('muster.actor_type', 'token', true), set_config('muster.actor_id', t.id::text, true);
    return query
        select t.id, true, true, t.scope, t.rate, t.burst, encode(sha256(s.value || uuid_send(t.connection_id)), 'hex'), e.*
        from muster.enter(t.organization_id, t.connection_id, locked, ids, whole) e
        left join muster.secret s on s.name = 'cursor';
end
$$;

comment on function muster.authenticate(bytea, uuid, text, text, uuid[], uuid) is
'Authenticates a token. Only here does the role that faces the internet read tokens, and it sees only the row whose hash
it presents. A valid token sets the tenant and the actor of the transaction; without it every later statement sees no
row. The last use is written at most once a minute (or when the address changes), without waiting for a lock.
Parameters: presented: SHA-256 of the token; asked: the connection that the URL names, null: none (if it is not the
token''s, no tenant is set); client: address; locked, ids, whole: as for enter().
Returns: the token''s id, whether the connection matches and the address is allowed, its scope and limits, the key
that signs this connection''s cursors, and the row of enter(); no row: the token is invalid.
Locks: as enter(); the token''s row, if it is free.
Called by: the statement authenticate.';

revoke all on function muster.authenticate(bytea, uuid, text, text, uuid[], uuid) from public;
grant execute on function muster.authenticate(bytea, uuid, text, text, uuid[], uuid) to muster_scim;
