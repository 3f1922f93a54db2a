create or replace function muster.standby_waits() returns boolean
    language plpgsql stable security definer
    set search_path = pg_catalog, pg_temp
    as $$
begin
    return coalesce(muster.standby_waits_since() < clock_timestamp() - interval '2 seconds', false);
end
$$;

comment on function muster.standby_waits() is
'Whether a commit has waited for a synchronous standby so long that no further change should wait.
Parameters: none.
Returns: yes or no.
Locks: none.
Called by: transaction_mark, deliver_release.';

revoke all on function muster.standby_waits() from public;
grant execute on function muster.standby_waits() to muster_scim, muster_admin, muster_deliver;
