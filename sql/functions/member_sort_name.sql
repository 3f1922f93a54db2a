-- first: a migration calls it
create or replace function muster.member_sort_name(display_name text, first_name text, last_name text, email text) returns text
    language sql stable parallel safe
    as $$ select left(lower(normalize(coalesce(display_name, nullif(concat_ws(' ', first_name, last_name), ''), email, ''), nfkc)), 64) $$;

comment on function muster.member_sort_name(text, text, text, text) is
'What members are sorted by. What is stored follows this: whoever changes it fills member_word anew.
Parameters: names and address of the member, each may be null.
Returns: the name that a member is shown by, without regard to case, of 64 characters at most.
Locks: none.
Called by: file_members, member_candidates.';
