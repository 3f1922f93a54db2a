create or replace function muster.uuid(written text) returns uuid
    language sql immutable parallel safe
    as $$ select case when written ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then written::uuid end $$;

comment on function muster.uuid(text) is
'The id that a text is, as answers write it; what compares with it is found by the index of ids.
Parameters: written: what came from a client.
Returns: the id; null: the text is none.
Locks: none.
Called by: authenticate_key, event_object; statements with ids of a URL.';
