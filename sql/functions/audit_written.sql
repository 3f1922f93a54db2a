-- first: a trigger calls it
create or replace function muster.audit_written() returns trigger
    language plpgsql volatile security definer
    set search_path = pg_catalog, pg_temp
    as $$
begin
    insert into muster.audit_pending (organization_id, event_id, at, quiet, head, salt, commitment, action, target_type, target_id)
    select w.organization_id, w.id, w.at, coalesce(current_setting('muster.quiet', true), '') = 'on', w.head, w.salt,
           sha256(w.salt || convert_to(w.data, 'UTF8')), w.action, w.target_type, w.target_id
    from (select w.organization_id, w.id, w.at, w.action, w.target_type, w.target_id, w.data::text as data,
                 muster.audit_head_rest(row(w.*)::muster.audit_event) as head,
                 uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()) as salt
          from written w
          offset 0 /* a salt once for each */) w;
    return null;
end
$$;

comment on function muster.audit_written() is
'Adds new events to audit_pending for the sealer, in the transaction that writes them, with what the chain needs.
Parameters: none: a trigger; muster.quiet = on (an import): they are announced to nobody.
Returns: null.
Locks: none.
Called by: trigger pending of audit_event.';

revoke all on function muster.audit_written() from public;
