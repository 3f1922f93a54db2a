create or replace function muster.audit_head_rest(e muster.audit_event) returns text
    language sql stable parallel safe
    as $$
        -- netstrings; those of ids, which have 36 characters, are written out: it runs at every write.
        select concat('36:', e.id, ',', muster.netstring(muster.time_text(e.at)), octet_length(e.action), ':', e.action, ',',
                      octet_length(e.actor_type), ':', e.actor_type, ',', coalesce('36:' || e.actor_id::text || ',', '-'),
                      coalesce('36:' || e.connection_id::text || ',', '-'), octet_length(e.target_type), ':', e.target_type, ',36:',
                      e.target_id, ',36:', e.request_id, ',', muster.netstring(e.client_address))
    $$;

comment on function muster.audit_head_rest(muster.audit_event) is
'An event without its data, in the form that the chain hashes behind its organization and its number.
Parameters: e.
Returns: a list of netstrings.
Locks: none.
Called by: audit_written, audit_pending_settle, audit_head_text.';
