create or replace function muster.webhook_lane(action text) returns smallint
    language sql immutable parallel safe
    as $$
        select (case when action in ('scim.user.deactivated', 'scim.user.deprovisioned', 'member.deactivated') then 0
                     when action in ('scim.group.member_removed', 'scim.group.deleted', 'team.member_removed', 'member.role_changed')
                     then 1 else 2 end)::smallint
    $$;

comment on function muster.webhook_lane(text) is
'How urgent an action is.
Parameters: action.
Returns: 0: a leaver (also a member who ends with the organization); 1: somebody loses a role or a membership; 2: the
rest.
Locks: none.
Called by: webhook_enqueue.';
