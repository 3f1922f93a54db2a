create or replace function muster.audit_head_text(e muster.audit_event, sequence bigint) returns text
    language sql stable parallel safe
    as $$
        select muster.netstring(e.organization_id::text) || muster.netstring(sequence::text) || muster.audit_head_rest(e)
    $$;

comment on function muster.audit_head_text(muster.audit_event, bigint) is
'A sealed event without its data, in the form that the chain hashes.
Parameters: e; sequence: its number.
Returns: a list of netstrings.
Locks: none.
Called by: nothing any more but audit_seal_next of the release before.';
