create or replace function muster.organization_totals(organization uuid) returns table (users bigint, groups bigint)
    language sql stable parallel safe
    as $$
        select coalesce(sum(u.users), 0)::bigint, coalesce(sum(u.groups), 0)::bigint
        from (select c.users, c.groups from muster.connection_usage c where c.organization_id = organization
              union all
              select o.users, o.groups from muster.organization_usage o where o.organization_id = organization) u
    $$;

comment on function muster.organization_totals(uuid) is
'How many live SCIM users and groups an organization has, with what programs of an older release count. It is inlined.
Parameters: organization: its id.
Returns: one row.
Locks: none.
Called by: usage, user_conflicts, user_known, users_known, object (of an organization), op_doctor_work, op_seed_facts, op_seed_mapping.';
