create or replace function muster.authenticate_token(presented bytea, asked uuid, client text, locked text, ids uuid[], whole uuid)
    returns table (token_id uuid, matches boolean, allowed boolean, scope text, token_rate integer, token_burst integer,
                   cursor_key text, noted text, organization_id uuid, connection_id uuid, dialect text, identity text,
                   email text, linking text, unknown_members text, group_names text, status text, max_users integer,
                   max_groups integer, max_group_members integer, rate integer, burst integer, now_us bigint,
                   schema_version bigint)
    language plpgsql volatile security definer
    set search_path = pg_catalog, pg_temp
    as $$
declare
    ended boolean;
    due text;
begin
    -- Connection and organization are read once, behind the lock.
    select t.id, coalesce(asked = t.connection_id, true),
           t.allowed_addresses is null or coalesce(client::inet <<= any (t.allowed_addresses), false),
           t.scope, t.rate, t.burst, t.organization_id, t.connection_id,
           t.revoked_at is not null or coalesce(t.expires_at <= now(), false),
           case when t.last_used_at >= now() - case when t.watched_until > now() then interval '2 seconds' else interval '1 minute' end
                     and t.last_used_address is not distinct from client then null
                else 'due' end
    into token_id, matches, allowed, scope, token_rate, token_burst, organization_id, connection_id, ended, due
    from muster.token t
    where t.hash = presented;
    if not found or ended then
        return;
    end if;
    if not allowed or not matches then
        return query select token_id, matches, allowed, null::text, null::integer, null::integer, null::text, null::text, organization_id,
            connection_id, null::text, null::text, null::text, null::text, null::text, null::text, null::text, null::integer,
            null::integer, null::integer, null::integer, null::integer, null::bigint, null::bigint;
        return;
    end if;
    -- Expressions that give the value back: four statements would cost as much as the join.
    organization_id := set_config('muster.organization', organization_id::text, true)::uuid;
    connection_id := set_config('muster.connection', connection_id::text, true)::uuid;
    token_id := set_config('muster.actor_id', token_id::text, true)::uuid;
    ended := set_config('muster.actor_type', 'token', true) is null;
    if locked = 'shared' and whole is null then -- as enter() does, which would cost half as much again
        ended := pg_advisory_xact_lock_shared(muster.connection_lock(connection_id)) is null;
        return query
            select token_id, matches, allowed, scope, token_rate, token_burst, null::text, concat_ws(' ', due, c.troubled), c.organization_id,
                   c.id, c.dialect, c.identity, c.email, c.linking, c.unknown_members, c.group_names, c.status,
                   o.max_users, o.max_groups, o.max_group_members, o.rate, o.burst, (extract(epoch from now()) * 1000000)::bigint,
                   o.schema_version
            from muster.connection c
            join muster.organization o on o.id = c.organization_id
            where c.organization_id = authenticate_token.organization_id and c.id = authenticate_token.connection_id;
    else
        return query
            select token_id, matches, allowed, scope, token_rate, token_burst, null::text,
                   concat_ws(' ', due, (select c.troubled from muster.connection c
                                        where c.organization_id = authenticate_token.organization_id
                                              and c.id = authenticate_token.connection_id)),
                   e.*
            from muster.enter(organization_id, connection_id, locked, ids, whole) e;
    end if;
    -- Behind the lock of the connection: who changes its settings has that, and then writes to its tokens.
    if due is not null then
        update muster.token set last_used_at = now(), last_used_address = client
        where token.hash = (select u.hash from muster.token u where u.hash = presented for update skip locked);
    end if;
end
$$;

comment on function muster.authenticate_token(bytea, uuid, text, text, uuid[], uuid) is
'Authenticates a token for a write. Only here and in admit() does the role that faces the internet read tokens, and it
sees only the row whose hash it presents. A valid token sets the tenant and the actor of the transaction; without it every
later statement sees no row. The last use is written at most once a minute (or when the address changes, or every two
seconds while somebody watches the connection), without waiting for a lock.
Parameters: presented: SHA-256 of the token; asked: the connection that the URL names, null: none (if it is not the
token''s, no tenant is set); client: address; locked, ids, whole: as for enter().
Returns: the token''s id, whether the connection matches and the address is allowed, its scope and limits, words (due:
the last use was written, so the request is noted, too; troubled: it may end a problem), and the row of enter(); no row:
the token is invalid.
Locks: as enter(); the token''s row, if it is free.
Called by: the statement authenticate.';

revoke all on function muster.authenticate_token(bytea, uuid, text, text, uuid[], uuid) from public;
grant execute on function muster.authenticate_token(bytea, uuid, text, text, uuid[], uuid) to muster_scim;
