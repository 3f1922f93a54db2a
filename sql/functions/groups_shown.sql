create or replace function muster.groups_shown(who uuid, base_url text) returns table (groups text)
    language sql stable parallel safe
    as $$
        select json_agg(json_build_object('value', x.id, '$ref', base_url || '/Groups/' || x.id, 'display', x.display_name, 'type', x.type)
                        order by x.type, x.id)::text
        from muster.groups_of_user(who) x
    $$;

comment on function muster.groups_shown(uuid, text) is
'The groups of a user as SCIM shows them. It is inlined.
Parameters: who: id of a SCIM user of this transaction''s connection; base_url: of the references.
Returns: one row: a JSON array; null: it is in none.
Locks: none.
Called by: user_by_id, user_for_update, user_list, all_list.';
