create or replace function muster.groups_json(who uuid, base_url text) returns text
    language plpgsql stable parallel safe
    as $$
declare
    direct text;
    nested boolean;
begin
    -- One statement for both: whether a group is in another one costs a key of an index; a statement costs as much as the answer.
    select json_agg(json_build_object('value', g.id, '$ref', base_url || '/Groups/' || g.id, 'display', g.display_name,
                                      'type', 'direct') order by g.id), bool_or(p.nested)
    into direct, nested
    from (select m.group_id
          from muster.scim_group_user m
          where m.organization_id = muster.organization_id() and m.connection_id = muster.connection_id() and m.user_id = who
          offset 0 /* from the user upwards */) m
    cross join lateral (select g.id, g.display_name from muster.scim_group g
                        where g.organization_id = muster.organization_id() and g.connection_id = muster.connection_id()
                              and g.id = m.group_id offset 0 /* each by its key */) g
    left join lateral (select true as nested from muster.scim_group_group p
                       where p.organization_id = muster.organization_id() and p.child_id = m.group_id
                       limit 1 /* by its index */) p on true;
    if nested then
        return (select json_agg(json_build_object('value', x.id, '$ref', base_url || '/Groups/' || x.id, 'display', x.display_name,
                                                  'type', x.type) order by x.type, x.id)
                from muster.groups_of_user(who) x);
    end if;
    return direct;
end
$$;

comment on function muster.groups_json(uuid, text) is
'The groups of a user as SCIM shows them. It is not inlined, so that a statement pays for it only for users who are in a
group: ask that first. The query for nested groups is opened only where there are any.
Parameters: who: id of a SCIM user of this transaction''s connection; base_url: of the references.
Returns: a JSON array; null: the user is in no group.
Locks: none.
Called by: user_for_update.';
