create or replace function muster.groups_shown(who uuid, base_url text) returns table (groups text)
    language sql stable parallel safe
    as $$
        select case when (select true
                          from (select m.group_id
                                from muster.scim_group_user m
                                where m.organization_id = muster.organization_id() and m.connection_id = muster.connection_id()
                                      and m.user_id = who offset 0 /* from the user upwards */) m
                          cross join lateral (select from muster.scim_group_group p
                                              where p.organization_id = muster.organization_id() and p.child_id = m.group_id
                                              limit 1 /* by its index */) p
                          limit 1)
        then muster.groups_json(who, base_url)
        else (select json_agg(json_build_object('value', g.id, '$ref', base_url || '/Groups/' || g.id, 'display', g.display_name,
                                                'type', 'direct') order by g.id)::text
              from (select m.group_id
                    from muster.scim_group_user m
                    where m.organization_id = muster.organization_id() and m.connection_id = muster.connection_id()
                          and m.user_id = who offset 0 /* from the user upwards */) m
              cross join lateral (select g.id, g.display_name from muster.scim_group g
                                  where g.organization_id = muster.organization_id() and g.connection_id = muster.connection_id()
                                        and g.id = m.group_id offset 0 /* each by its key */) g)
        end
    $$;

comment on function muster.groups_shown(uuid, text) is
'As groups_json(), for pages of users. It is inlined, so that its plan is opened once for the page, except for users
whose groups are in groups.
Parameters: who: id of a SCIM user of this transaction''s connection; base_url: of the references.
Returns: one row: a JSON array; null: the user is in no group.
Locks: none.
Called by: user_list, all_list.';
