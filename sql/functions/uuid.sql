create or replace function muster.uuid(written text) returns uuid
    language sql immutable parallel safe
    as $$ select case when written ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then written::uuid end $$;

comment on function muster.uuid(text) is
'Reads an id from a text in the form of our answers, so that comparisons can use the index of ids.
Parameters: written:
a client''s text.
Returns: the id; null: the text is no id.
Locks: none.
Called by: authenticate_key, event_object; statements with ids of a URL.';
