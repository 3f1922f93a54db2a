-- Which of the groups that a mapping names are groups of no connection, in their order.
-- params: 1 groups jsonb (array of {group, key, id?}: as written, as names are compared, as an id)
-- row object: object json
select coalesce(json_agg(w.text order by w.n), '[]') as object
from (select e.n, e.value ->> 'group' as text, e.value ->> 'key' as key, (e.value ->> 'id')::uuid as id
      from jsonb_array_elements($1::jsonb) with ordinality e (value, n)) w
where not exists (select from muster.scim_group g
                  where g.organization_id = muster.organization_id() and g.id = w.id offset 0 /* each by its key */)
      and not exists (select from muster.connection c
                      cross join lateral (select from muster.scim_group g
                                          where g.organization_id = muster.organization_id() and g.connection_id = c.id
                                                and g.display_name_key = w.key
                                          limit 1) g
                      where c.organization_id = muster.organization_id() offset 0 /* each by its index */)
