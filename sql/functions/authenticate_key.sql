create or replace function muster.authenticate_key(presented bytea, organization text, client text)
    returns table (key_id uuid, bound boolean, scopes text, organization_id uuid, now_us bigint)
    language plpgsql volatile security definer
    set search_path = pg_catalog, pg_temp
    as $$
declare
    k muster.api_key;
    found_id uuid;
begin
    select * into k from muster.api_key where api_key.hash = presented;
    if not found or k.revoked_at is not null or k.expires_at <= now() then
        return;
    end if;
    if k.last_used_at is null or k.last_used_at < now() - interval '1 minute' or k.last_used_address is distinct from client then
        update muster.api_key set last_used_at = now(), last_used_address = client
        where api_key.id = (select u.id from muster.api_key u where u.id = k.id for update skip locked);
    end if;
    perform set_config('muster.actor_type', 'key', true), set_config('muster.actor_id', k.id::text, true);
    if organization is not null then
        select o.id into found_id from muster.organization o
        where (o.slug = organization or o.id = muster.uuid(organization)) and o.removed_at is null
              and (k.organization_id is null or k.organization_id = o.id);
    elsif k.organization_id is null then
        perform set_config('muster.everywhere', 'on', true);
    else
        select o.id into found_id from muster.organization o where o.id = k.organization_id and o.removed_at is null;
    end if;
    if found_id is not null then
        perform set_config('muster.organization', found_id::text, true);
    end if;
    return query select k.id, k.organization_id is not null, array_to_string(k.scopes, ' '), found_id,
        (extract(epoch from now()) * 1000000)::bigint;
end
$$;

comment on function muster.authenticate_key(bytea, text, text) is
'Authenticates an API key for an organization. If the key is bound to another organization, or the organization does not
exist, no tenant is set.
Parameters: presented: SHA-256 of the key; organization: slug or id, null: none; client: address.
Returns: the key, whether it is bound to an organization, its scopes, the organization (null: none, or not this
key''s); no row: the key is invalid.
Locks: the key''s row, if it is free.
Called by: api_authenticate.';

revoke all on function muster.authenticate_key(bytea, text, text) from public;
grant execute on function muster.authenticate_key(bytea, text, text) to muster_admin;
