-- Makes a connection of the organization the tenant of this transaction, for work that no token asks for; locks it if
-- asked.
-- params: 1 organization_id uuid, 2 connection_id uuid, 3 lock text? (null: none), 4 ids uuid[]? (for the lock),
--         5 whole uuid? (for the lock), 6 api_key_id uuid? (who asks; null: the operator),
--         7 actor_type text? (key, session)
-- row tenant: organization_id uuid, connection_id uuid, dialect text, identity text, email text, linking text,
--             unknown_members text, group_names text, status text, max_users integer, max_groups integer,
--             max_group_members integer, rate integer, burst integer, now_us bigint, schema_version bigint
select e.* from (select set_config('muster.actor_type', case when $6::uuid is null then 'operator' else coalesce($7, 'key') end, true),
                         set_config('muster.actor_id', coalesce($6::uuid::text, ''), true)) a
cross join lateral muster.enter($1::uuid, $2::uuid, $3, $4::uuid[], $5::uuid) e
