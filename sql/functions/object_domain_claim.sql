create or replace function muster.object(c muster.domain_claim) returns json
    language sql stable
    as $$ select json_build_object('id', c.id, 'domain', c.domain, 'name', '_provisioning.' || c.ascii, 'value', c.value, 'state', c.state,
        'answer', c.answer,
        'message', case c.answer when 'found' then 'the record is there'
                                 when 'not_found' then case c.state when 'waiting' then 'no such record was found yet' else 'the record is not there any more' end
                                 when 'other_value' then 'there is a record of this name, but with another value'
                                 when 'no_answer' then 'the name server of the domain does not answer' end,
        'claimed_by', json_build_object('type', c.claimed_by_type, 'id', c.claimed_by_id),
        'created_at', muster.time_text(c.created_at), 'verified_at', muster.time_text(c.verified_at), 'lost_at', muster.time_text(c.lost_at),
        'checked_at', muster.time_text(c.checked_at), 'next_check_at', muster.time_text(c.next_check_at)) $$;

comment on function muster.object(muster.domain_claim) is
'A domain claim, as answers of the admin API and the command line have it.
Parameters: c: its row.
Returns: the object.
Locks: none.
Called by: statements that show domain claims.';
