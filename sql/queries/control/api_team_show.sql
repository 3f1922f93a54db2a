-- One team by folded name or id, with its people.
-- params: 1 name_key text? (null: by id), 2 id text
-- row object: object json
select muster.object(t) as object from muster.team t
where t.organization_id = muster.organization_id() and (t.name_key = $1 or t.id = muster.uuid($2))
