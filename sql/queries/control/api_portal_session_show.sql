-- One session of the portal by id.
-- params: 1 id uuid? (null: the session that asks)
-- row object: object json
select muster.object(s) as object from muster.portal_session s
where s.organization_id = muster.organization_id() and s.id = coalesce($1::uuid, muster.actor_id())
