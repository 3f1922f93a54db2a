create or replace function muster.seed_members(user_template uuid, group_template uuid, low bigint, high bigint, users bigint, size bigint)
    returns void
    language plpgsql volatile
    set search_path = pg_catalog, pg_temp
    as $$
declare
    u muster.scim_user;
    g muster.scim_group;
    numbers text := format('select i / %s as g, i %% %s as u from generate_series(%s::bigint, %s::bigint) i', size, users, low, high);
    old text[];
    new text[];
begin
    select x.* into strict u from muster.scim_user x where x.organization_id = muster.organization_id() and x.id = user_template;
    select x.* into strict g from muster.scim_group x where x.organization_id = muster.organization_id() and x.id = group_template;
    old := array[u.id::text, u.member_id::text, g.id::text, g.team_id::text];
    new := array[muster.seed_id(u.id, 'n.u'), muster.seed_id(u.member_id, 'n.u'), muster.seed_id(g.id, 'n.g'), muster.seed_id(g.team_id, 'n.g')];
    perform muster.seed_rows('scim_group_user', (select to_jsonb(m) from muster.scim_group_user m
                                                 where m.organization_id = g.organization_id and m.group_id = g.id and m.user_id = u.id),
                             numbers, old, new);
    perform muster.seed_rows('team_member', (select to_jsonb(m) from muster.team_member m
                                             where m.organization_id = g.organization_id and m.team_id = g.team_id and m.member_id = u.member_id),
                             numbers, old, new);
    execute format('update muster.scim_group g set member_count = g.member_count + c.n '
                   'from (select (%s)::uuid as id, count(*) as n from (%s) n group by n.g) c where g.organization_id = $1 and g.id = c.id',
                   muster.seed_id(g.id, 'n.g'), numbers) using g.organization_id;
end
$$;

comment on function muster.seed_members(uuid, uuid, bigint, bigint, bigint, bigint) is
'Makes members of groups that seed_groups() made, of users that seed_users() made, as copies of one user''s membership.
Parameters: user_template, group_template: the copied user and group, of which the first is a member; low, high: numbers
of the members, from 1 on: member i is user i modulo users, in group i divided by size; users: how many, at least size;
size: members of a group.
Returns: nothing.
Locks: rows of scim_group.
Called by: op_seed_members.';

revoke all on function muster.seed_members(uuid, uuid, bigint, bigint, bigint, bigint) from public;
