create or replace function muster.groups_found(who uuid, many boolean) returns table (nested boolean, lines text)
    language sql stable parallel safe
    as $$
        select bool_or(p.nested), string_agg('D' || g.id || coalesce(to_json(g.display_name)::text, ''), E'\n')
        from (select m.group_id
              from muster.scim_group_user m
              where m.organization_id = muster.organization_id() and m.connection_id = (select muster.connection_id()) and m.user_id = who
              offset 0 /* from the user upwards */) m
        cross join lateral (select g.id, g.display_name from muster.scim_group g
                            where g.organization_id = muster.organization_id() and g.connection_id = (select muster.connection_id())
                                  and g.id = m.group_id offset 0 /* each by its key */) g
        left join lateral (select true as nested from muster.scim_group_group p
                           where (not many or (select true from muster.scim_group_group any_p
                                               where any_p.organization_id = muster.organization_id() limit 1))
                                 and p.organization_id = muster.organization_id() and p.child_id = m.group_id
                           limit 1 /* by its index */) p on true
    $$;

comment on function muster.groups_found(uuid, boolean) is
'The groups that a user is in directly, and whether one of them is in another group: then groups_lines() has all. It is
inlined, so that its plan is opened once for a page.
Parameters: who: id of a SCIM user of this transaction''s connection; many: a constant: true for pages, where it is asked
once whether the organization has groups in groups at all.
Returns: one row: lines as of groups_lines(), in no order; null: the user is in no group.
Locks: none.
Called by: user_by_id, user_list, user_walk, all_list.';
