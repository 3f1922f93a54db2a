create or replace function muster.netstring(t text) returns text
    language sql stable parallel safe
    as $$ select coalesce(octet_length(t) || ':' || t || ',', '-') $$;

comment on function muster.netstring(text) is
'A text with its length, so that different lists of texts never look the same.
Parameters: t.
Returns: length:text, with a comma; - for null.
Locks: none.
Called by: audit_head_text.';
