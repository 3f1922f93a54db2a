-- first: a trigger calls it
create or replace function muster.audit_written() returns trigger
    language plpgsql volatile security definer
    set search_path = pg_catalog, pg_temp
    as $$
begin
    insert into muster.audit_pending (organization_id, event_id, at, quiet)
    select w.organization_id, w.id, w.at, coalesce(current_setting('muster.quiet', true), '') = 'on' from written w;
    return null;
end
$$;

comment on function muster.audit_written() is
'Puts written events into audit_pending, in the transaction that writes them, for the sealer.
Parameters: none: a trigger; muster.quiet = on (an import): nobody is told of them.
Returns: null.
Locks: none.
Called by: trigger pending of audit_event.';

revoke all on function muster.audit_written() from public;
