create or replace function muster.hold_sealer() returns void
    language plpgsql volatile security definer
    set search_path = pg_catalog, pg_temp
    as $$
begin
    perform from muster.sealer for update;
end
$$;

comment on function muster.hold_sealer() is
'Prevents that events are sealed until the end of the transaction.
Parameters: none.
Returns: nothing.
Locks: the row of muster.sealer, to the end of the transaction.
Called by: api_webhook_hold.';

revoke all on function muster.hold_sealer() from public;
grant execute on function muster.hold_sealer() to muster_admin;
