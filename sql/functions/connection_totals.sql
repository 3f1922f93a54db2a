create or replace function muster.connection_totals() returns table (users bigint, groups bigint)
    language sql stable parallel safe
    as $$
        select sum(c.users)::bigint, sum(c.groups)::bigint
        from muster.connection_usage c
        where c.organization_id = muster.organization_id() and c.connection_id = muster.connection_id()
              and not exists (select from muster.organization_usage o where o.organization_id = muster.organization_id())
    $$;

comment on function muster.connection_totals() is
'How many live users and groups this transaction''s connection has, from its counters. It is inlined.
Parameters: none.
Returns: one row; null: the counters do not say it (there are none yet, or a program of an older release has written).
Locks: none.
Called by: user_list, user_walk, group_list, all_list.';
