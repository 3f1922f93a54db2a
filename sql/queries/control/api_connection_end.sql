-- What the end of a connection would take along besides people: its tokens and groups, and the teams that these fill,
-- the first twenty by the names of the groups. The number of its users is that of the counters.
-- params: 1 connection_id uuid
-- row object: object json
select json_build_object(
           'users', (select coalesce(sum(c.users), 0) from muster.connection_usage c
                     where c.organization_id = muster.organization_id() and c.connection_id = $1::uuid),
           'tokens', (select count(*) from muster.token t
                      where t.organization_id = muster.organization_id() and t.connection_id = $1::uuid and t.revoked_at is null),
           'groups', (select count(*) from muster.scim_group g
                      where g.organization_id = muster.organization_id() and g.connection_id = $1::uuid),
           'teams_first', (select coalesce(json_agg(json_build_object('id', t.id, 'name', t.name)), '[]')
                           from (select g.team_id from muster.scim_group g
                                 where g.organization_id = muster.organization_id() and g.connection_id = $1::uuid
                                 order by g.display_name_key
                                 limit 20) g
                           cross join lateral (select t.id, t.name from muster.team t
                                               where t.organization_id = muster.organization_id() and t.id = g.team_id
                                               offset 0 /* each by its key */) t)) as object
