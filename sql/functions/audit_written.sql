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
'Adds new events to audit_pending for the sealer, in the transaction that writes them.
Parameters: none: a trigger; muster.quiet = on (an import): they are announced to nobody.
Returns: null.
Locks: none.
Called by: trigger pending of audit_event.';

revoke all on function muster.audit_written() from public;
