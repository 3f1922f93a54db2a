create or replace function muster.groups_lines(who uuid) returns text
    language plpgsql stable parallel safe
    as $$
begin
    return (select string_agg(upper(left(x.type, 1)) || x.id || coalesce(to_json(x.display_name)::text, ''), E'\n')
            from muster.groups_of_user(who) x);
end
$$;

comment on function muster.groups_lines(uuid) is
'The groups of a user, with those that hold them. It is not inlined, so that a statement pays for it only for users whose
groups are in groups.
Parameters: who: id of a SCIM user of this transaction''s connection.
Returns: lines of D (direct) or I (indirect), the id, and the name as a JSON string, in no order; null: the user is in no group.
Locks: none.
Called by: user_by_id, user_list, user_walk, all_list.';
