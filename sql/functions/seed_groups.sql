create or replace function muster.seed_groups(template uuid, first bigint, low bigint, high bigint) returns void
    language plpgsql volatile
    set search_path = pg_catalog, pg_temp
    as $$
declare
    g muster.scim_group;
    numbers text := format('select k from generate_series(%s::bigint, %s::bigint) k', low, high);
    old text[];
    new text[];
begin
    select x.* into strict g from muster.scim_group x where x.organization_id = muster.organization_id() and x.id = template;
    old := array[g.id::text, g.team_id::text, 'roup ' || lpad(first::text, 7, '0')]; -- of "Group" and of "group", as it is folded
    new := array[muster.seed_id(g.id, 'n.k'), muster.seed_id(g.team_id, 'n.k'), format('''roup '' || lpad((n.k + %s)::text, 7, ''0'')', first)];
    perform muster.seed_rows('team', (select to_jsonb(t) from muster.team t where t.organization_id = g.organization_id and t.id = g.team_id),
                             numbers, old, new);
    perform muster.seed_rows('scim_group', to_jsonb(g) || '{"member_count": 0}', numbers, old, new);
end
$$;

comment on function muster.seed_groups(uuid, bigint, bigint, bigint) is
'Makes groups of the tenant, without members, with their teams, as copies of one group.
Parameters: template: id of that group, whose name is "Group" and the number first (seven digits); low, high: numbers of
the copies, from 1 on.
Returns: nothing.
Locks: none.
Called by: op_seed_groups.';

revoke all on function muster.seed_groups(uuid, bigint, bigint, bigint) from public;
