create or replace function muster.seed_rows(target text, template jsonb, numbers text, old text[], new text[]) returns bigint
    language plpgsql volatile
    set search_path = pg_catalog, pg_temp
    as $$
declare
    columns text;
    made text := '$1';
    n bigint;
begin
    if template is null then
        raise exception 'there is no row of % to copy', target;
    end if;
    select string_agg(quote_ident(a.attname), ', r.' order by a.attnum) into columns
    from pg_attribute a
    where a.attrelid = format('muster.%I', target)::regclass and a.attnum > 0 and not a.attisdropped and a.attgenerated = '';
    for i in 1..cardinality(old) loop
        made := format('replace(%s, %L, %s)', made, old[i], new[i]);
    end loop;
    execute format('insert into muster.%I (%s) select r.%s from (%s) n cross join lateral jsonb_populate_record(null::muster.%I, (%s)::jsonb) r',
                   target, replace(columns, 'r.', ''), columns, numbers, target, made)
    using (template || jsonb_build_object('created_at', now(), 'updated_at', now(), 'modified_at', now()))::text;
    get diagnostics n = row_count;
    return n;
end
$$;

comment on function muster.seed_rows(text, jsonb, text, text[], text[]) is
'Copies a row many times, each with other ids, numbers and names, and the present time. All columns are copied, whatever
later migrations add.
Parameters: target: the table; template: the row; numbers: a query, whose rows n are the copies; old: texts of the row;
new: for each of them the expression that replaces it in the copy n.
Returns: how many.
Locks: none.
Called by: seed_users, seed_groups, seed_members.';

revoke all on function muster.seed_rows(text, jsonb, text, text[], text[]) from public;
