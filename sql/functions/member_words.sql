-- first: a migration calls it
create or replace function muster.member_words(display_name text, first_name text, last_name text, email text) returns text[]
    language plpgsql stable parallel safe -- whose plan is kept: a trigger calls it for each member
    set search_path = pg_catalog, pg_temp
    as $$
declare
    names text := left(lower(normalize(concat_ws(' ', display_name, first_name, last_name), nfkc)), 400);
    words text[] := regexp_split_to_array(names, '[[:space:]]+') || lower(normalize(email, nfkc));
begin
    if names ~ '[[:punct:]]' then
        words := words || regexp_split_to_array(names, '[[:space:][:punct:]]+');
    end if;
    return array(select distinct left(w.word, 64) as word from unnest(words) w (word) where w.word <> '' order by word);
end
$$;

comment on function muster.member_words(text, text, text, text) is
'The words by whose beginnings a member is found: those of the names, whole and apart at hyphens and apostrophes, and the
address; without regard to case. What is stored follows this: whoever changes it fills member_word anew.
Parameters: names and address of the member, each may be null.
Returns: the words of the first 400 characters of the names, and the address: each once, of 64 characters at most.
Locks: none.
Called by: file_members, member_candidates, api_member_list.';
