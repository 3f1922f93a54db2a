create or replace function muster.uuid7() returns uuid
    language sql volatile parallel safe
    as $$
        select (overlay(lpad(to_hex((extract(epoch from clock_timestamp()) * 4096000)::bigint), 15, '0') placing '7' from 13 for 0)
                || right(replace(gen_random_uuid()::text, '-', ''), 16))::uuid
    $$;

comment on function muster.uuid7() is
'A UUIDv7 (RFC 9562, 5.7) for a row that a statement makes by itself, with the fraction of the millisecond (6.2, method
3), so that the ids of a statement''s rows are in the order in which it made them.
Parameters: none.
Returns: the id.
Locks: none.
Called by: audit, webhook_enqueue, webhook_tell; statements that write events.';
