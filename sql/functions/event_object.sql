create or replace function muster.event_object(s muster.audit_seal, e muster.audit_event) returns json
    language sql stable
    as $$
        select json_build_object('id', e.id, 'type', e.action, 'timestamp', muster.time_text(e.at), 'sequence', s.sequence, 'data',
            (select json_object_agg(d.name, d.value order by d.place)
             from (values
                 (1, 'organization', (select json_build_object('id', o.id, 'slug', o.slug, 'name', o.name)
                                      from muster.organization o where o.id = e.organization_id)),
                 (2, 'connection', (select json_build_object('id', c.id, 'name', c.name, 'identity_provider', c.identity_provider)
                                    from muster.connection c where c.organization_id = e.organization_id and c.id = e.connection_id)),
                 (3, 'actor', json_build_object('type', e.actor_type, 'id', e.actor_id)),
                 (4, 'target', json_build_object('type', e.target_type, 'id', e.target_id)),
                 (5, 'request_id', to_json(e.request_id)),
                 (6, 'changes', e.data::json),
                 (7, 'user', t.user),
                 (8, 'group', t.group),
                 (9, 'member', (select muster.object(m) from muster.member m
                                where m.organization_id = e.organization_id and m.id = t.member_id)),
                 (10, 'team', (select json_build_object('id', m.id, 'name', m.name) from muster.team m
                               where m.organization_id = e.organization_id and m.id = t.team_id))) d (place, name, value)
             where d.value is not null or d.place <= 6))
        from (select
                  (select muster.shown(u.organization_id, 'User', u.resource, u.created_at, u.modified_at, u.version) from muster.scim_user u
                   where u.organization_id = e.organization_id and u.id = i.user_id) as user,
                  (select muster.shown(g.organization_id, 'Group', g.resource, g.created_at, g.modified_at, g.version) from muster.scim_group g
                   where g.organization_id = e.organization_id and g.id = i.group_id) as group,
                  case when e.target_type = 'member' then e.target_id
                       else coalesce((select u.member_id from muster.scim_user u
                                      where u.organization_id = e.organization_id and u.id = i.user_id),
                                     muster.uuid(e.data ->> 'member')) end as member_id,
                  case when e.target_type = 'team' then e.target_id
                       else (select g.team_id from muster.scim_group g
                             where g.organization_id = e.organization_id and g.id = i.group_id) end as team_id
              from (select case when e.target_type = 'scim_user' then e.target_id
                                when e.data ->> 'type' = 'User' then muster.uuid(e.data ->> 'value') end as user_id,
                           case when e.target_type = 'scim_group' then e.target_id end as group_id) i
              offset 0 /* ids, not expressions: behind row-level security no index is searched for a coalesce() */) t
    $$;

comment on function muster.event_object(muster.audit_seal, muster.audit_event) is
'The object of an event for receivers: the change, and the present state of its objects. The event''s organization must
be the tenant of the transaction.
  {"id", "type", "timestamp", "sequence",
   "data": {"organization": {"id", "slug", "name"}, "connection": {"id", "name", "identity_provider"} or null,
            "actor": {"type", "id"}, "target": {"type", "id"}, "request_id", "changes": {..},
            "user": SCIM user, "group": SCIM group, "member": .., "team": ..}}
The last four only if they exist.
Parameters: s: its seal; e: the event.
Returns: the object.
Locks: none.
Called by: api_event_feed, deliver_event.';
