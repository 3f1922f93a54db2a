-- The people of a team, by id, from one on: whether by the linked group, added otherwise, or both.
-- params: 1 team_id uuid, 2 after uuid? (null: the first), 3 limit bigint? (null: all)
-- row object: object json
-- row listed: id uuid
select json_build_object('id', m.id, 'email', m.email, 'display_name', m.display_name, 'status', m.status,
                         'organization_role', m.organization_role, 'linked', tm.linked, 'added', tm.added) as object, m.id
from muster.team_member tm
join muster.member m on m.organization_id = tm.organization_id and m.id = tm.member_id
where tm.organization_id = muster.organization_id() and tm.team_id = $1::uuid and tm.member_id > case when $2::uuid is null then muster.installation() else $2::uuid end
order by tm.member_id
limit $3::bigint
