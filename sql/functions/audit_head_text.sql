create or replace function muster.audit_head_text(e muster.audit_event, sequence bigint) returns text
    language sql stable parallel safe
    as $$
        select muster.netstring(e.organization_id::text) || muster.netstring(sequence::text) || muster.netstring(e.id::text)
            || muster.netstring(muster.time_text(e.at)) || muster.netstring(e.action) || muster.netstring(e.actor_type)
            || muster.netstring(e.actor_id::text) || muster.netstring(e.connection_id::text) || muster.netstring(e.target_type)
            || muster.netstring(e.target_id::text) || muster.netstring(e.request_id::text) || muster.netstring(e.client_address)
    $$;

comment on function muster.audit_head_text(muster.audit_event, bigint) is
'A sealed event without its data, in the form that the chain hashes.
Parameters: e; sequence: its number.
Returns: a list of netstrings.
Locks: none.
Called by: audit_seal_next.';
