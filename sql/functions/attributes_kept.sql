create or replace function muster.attributes_kept(resource text, keep text[], leave text[]) returns table (kept text)
    language sql stable parallel safe
    as $$
        select '{' || string_agg(to_json(m.key)::text || ':' || m.value::text, ',') || '}'
        from json_each(resource::json) m
        where (keep is null or lower(m.key) = any (keep)) and (leave is null or lower(m.key) <> all (leave))
    $$;

comment on function muster.attributes_kept(text, text[], text[]) is
'A resource with the attributes alone that are wanted. It is inlined.
Parameters: resource: its text; keep, leave: names in lower case, null: all, none.
Returns: one row: the text.
Locks: none.
Called by: user_list, user_walk, group_list.';
